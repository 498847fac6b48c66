import type { CelValue } from '../values/value.js';
import type { Call, Comprehension, Expr } from './ast.js';

/** A call that may be one of a macro. */
export type MacroCall = Omit<Call, 'kind'>;

/** A macro's arguments are not of the form it needs; `at` is where. */
export class MacroError extends Error {
  constructor(
    message: string,
    readonly at: number | undefined,
  ) {
    super(message);
  }
}

/** Names that macros accumulate under: no expression can write the first, none may use the second for a variable. */
const ACCUMULATOR = '@result';
const OLD_ACCUMULATOR = '__result__';
const UNUSED = '#unused';

type Expand = (call: MacroCall) => Expr;

/** By name, form and number of arguments (cel-spec: langdef, Macros; cel-go: ext.TwoVarComprehensions, OptionalTypes). */
const MACROS: Readonly<Record<string, Expand>> = {
  'has/1': has,
  '.all/2': quantifier,
  '.exists/2': quantifier,
  '.exists_one/2': quantifier,
  '.all/3': quantifier,
  '.exists/3': quantifier,
  '.exists_one/3': quantifier,
  '.existsOne/3': quantifier,
  '.map/2': map,
  '.map/3': map,
  '.filter/2': filter,
  '.transformList/3': transformList,
  '.transformList/4': transformList,
  '.transformMap/3': transformMap,
  '.transformMap/4': transformMap,
  '.transformMapEntry/3': transformMap,
  '.transformMapEntry/4': transformMap,
  '.sortBy/2': sortBy,
  '.optMap/2': optionalMap,
  '.optFlatMap/2': optionalMap,
};

/**
 * What a macro makes of a call; undefined if it is none. Throws MacroError.
 * @param withBindings `cel.bind` is one (cel-go: ext.Bindings)
 */
export function expandMacro(call: MacroCall, withBindings: boolean): Expr | undefined {
  const key = `${call.target === undefined ? '' : '.'}${call.name}/${String(call.args.length)}`;
  if (withBindings && key === '.bind/3' && call.target?.kind === 'ident' && call.target.name === 'cel') return bind(call);
  return Object.hasOwn(MACROS, key) ? MACROS[key]?.(call) : undefined;
}

/** Makes the parts of an expansion; all of them stand where the macro was called. */
class Maker {
  constructor(private readonly at: number | undefined) {}

  get result(): Expr {
    return this.ident(ACCUMULATOR);
  }

  ident(name: string): Expr {
    return { kind: 'ident', at: this.at, name };
  }

  literal(value: CelValue): Expr {
    return { kind: 'literal', at: this.at, value };
  }

  list(...elements: readonly Expr[]): Expr {
    return { kind: 'list', at: this.at, elements, optional: new Set() };
  }

  map(): Expr {
    return { kind: 'map', at: this.at, entries: [] };
  }

  call(name: string, ...args: readonly Expr[]): Expr {
    return { kind: 'call', at: this.at, target: undefined, name, args };
  }

  member(target: Expr, name: string): Expr {
    return { kind: 'call', at: this.at, target, name, args: [] };
  }

  fold(
    over: Pick<Comprehension, 'range' | 'variable' | 'variable2'>,
    how: Pick<Comprehension, 'init' | 'condition' | 'step' | 'result'>,
  ): Expr {
    return { kind: 'comprehension', at: this.at, accumulator: ACCUMULATOR, ...over, ...how };
  }

  /** An expression in which a name stands for a value: a fold over nothing. */
  bind(name: string, value: Expr, result: Expr): Expr {
    return {
      kind: 'comprehension',
      at: this.at,
      range: this.list(),
      variable: UNUSED,
      variable2: undefined,
      accumulator: name,
      init: value,
      condition: this.literal(false),
      step: this.ident(name),
      result,
    };
  }
}

function has({ at, args }: MacroCall): Expr {
  const select = args[0] as Expr;
  if (select.kind !== 'select') throw new MacroError('invalid argument to has() macro', select.at);
  return { ...select, at, test: true };
}

function quantifier(call: MacroCall): Expr {
  const make = new Maker(call.at);
  const over = iteration(call, call.args.length === 3);
  const predicate = call.args.at(-1) as Expr;
  switch (call.name) {
    case 'all':
      return make.fold(over, {
        init: make.literal(true),
        condition: make.call('@not_strictly_false', make.result),
        step: make.call('_&&_', make.result, predicate),
        result: make.result,
      });
    case 'exists':
      return make.fold(over, {
        init: make.literal(false),
        condition: make.call('@not_strictly_false', make.call('!_', make.result)),
        step: make.call('_||_', make.result, predicate),
        result: make.result,
      });
    default:
      return make.fold(over, {
        init: make.literal(0n),
        condition: make.literal(true),
        step: make.call('_?_:_', predicate, make.call('_+_', make.result, make.literal(1n)), make.result),
        result: make.call('_==_', make.result, make.literal(1n)),
      });
  }
}

function map(call: MacroCall): Expr {
  return collect(
    call,
    iteration(call, false, 'argument is not an identifier'),
    call.args.length === 3 ? call.args[1] : undefined,
    call.args.at(-1) as Expr,
  );
}

function filter(call: MacroCall): Expr {
  const over = iteration(call, false, 'argument is not an identifier');
  return collect(call, over, call.args[1], call.args[0] as Expr);
}

function transformList(call: MacroCall): Expr {
  return collect(call, iteration(call, true), call.args.length === 4 ? call.args[2] : undefined, call.args.at(-1) as Expr);
}

/** A list of what the items become that pass the filter. */
function collect(call: MacroCall, over: Iteration, keep: Expr | undefined, item: Expr): Expr {
  const make = new Maker(call.at);
  const add = make.call('_+_', make.result, make.list(item));
  return make.fold(over, { init: make.list(), condition: make.literal(true), step: kept(make, keep, add), result: make.result });
}

/** A map with the keys of the range (`transformMap`) or with the entries that the transformation makes. */
function transformMap(call: MacroCall): Expr {
  const make = new Maker(call.at);
  const over = iteration(call, true);
  const keep = call.args.length === 4 ? call.args[2] : undefined;
  const value = call.args.at(-1) as Expr;
  const insert =
    call.name === 'transformMap'
      ? make.call('cel.@mapInsert', make.result, make.ident(over.variable), value)
      : make.call('cel.@mapInsert', make.result, value);
  return make.fold(over, { init: make.map(), condition: make.literal(true), step: kept(make, keep, insert), result: make.result });
}

function kept(make: Maker, keep: Expr | undefined, step: Expr): Expr {
  return keep === undefined ? step : make.call('_?_:_', keep, step, make.result);
}

/** `list.sortBy(x, key)`: the list under a name, sorted by the keys of its items. */
function sortBy(call: MacroCall): Expr {
  const make = new Maker(call.at);
  const target = call.target as Expr;
  if (target.kind === 'literal' || target.kind === 'map' || target.kind === 'struct')
    throw new MacroError('sortBy can only be applied to a list, identifier, comprehension, call or select expression', target.at);
  const input = '@__sortBy_input__';
  const keys = map({ ...call, target: make.ident(input) });
  return make.bind(input, target, { kind: 'call', at: call.at, target: make.ident(input), name: '@sortByAssociatedKeys', args: [keys] });
}

/** `optMap` and `optFlatMap`: the value of an optional under a name. */
function optionalMap(call: MacroCall): Expr {
  const make = new Maker(call.at);
  const [name, transform] = call.args as [Expr, Expr];
  const target = call.target as Expr;
  if (name.kind !== 'ident') throw new MacroError(`${call.name}() variable name must be a simple identifier`, name.at);
  const bound = make.bind(name.name, make.member(copyOf(target), 'value'), transform);
  const mapped = call.name === 'optMap' ? make.call('optional.of', bound) : bound;
  return make.call('_?_:_', make.member(target, 'hasValue'), mapped, make.call('optional.none'));
}

/** `cel.bind(name, value, result)`. */
function bind({ at, args }: MacroCall): Expr {
  const [name, value, result] = args as [Expr, Expr, Expr];
  if (name.kind !== 'ident') throw new MacroError('cel.bind() variable names must be simple identifiers', name.at);
  return new Maker(at).bind(name.name, value, result);
}

type Iteration = Pick<Comprehension, 'range' | 'variable' | 'variable2'>;

function iteration({ target, args }: MacroCall, two: boolean, complaint = 'argument must be a simple name'): Iteration {
  const variable = simpleName(args[0] as Expr, complaint);
  const variable2 = two ? simpleName(args[1] as Expr, complaint) : undefined;
  if (variable === variable2) throw new MacroError(`duplicate variable name: ${variable}`, args[1]?.at);
  [variable, variable2].forEach((name, i) => {
    if (name === ACCUMULATOR || name === OLD_ACCUMULATOR)
      throw new MacroError('iteration variable overwrites accumulator variable', args[i]?.at);
  });
  return { range: target as Expr, variable, variable2 };
}

function simpleName(expr: Expr, complaint: string): string {
  if (expr.kind !== 'ident' || expr.name.startsWith('.')) throw new MacroError(complaint, expr.at);
  return expr.name;
}

/** The same expression as nodes of its own: what is found out about a node is kept by its identity. */
function copyOf(expr: Expr): Expr {
  switch (expr.kind) {
    case 'select':
      return { ...expr, operand: copyOf(expr.operand) };
    case 'call':
      return { ...expr, target: expr.target && copyOf(expr.target), args: expr.args.map(copyOf) };
    case 'list':
      return { ...expr, elements: expr.elements.map(copyOf) };
    case 'map':
      return { ...expr, entries: expr.entries.map((entry) => ({ ...entry, key: copyOf(entry.key), value: copyOf(entry.value) })) };
    case 'struct':
      return { ...expr, fields: expr.fields.map((field) => ({ ...field, value: copyOf(field.value) })) };
    case 'comprehension': {
      const { range, init, condition, step, result } = expr;
      return {
        ...expr,
        range: copyOf(range),
        init: copyOf(init),
        condition: copyOf(condition),
        step: copyOf(step),
        result: copyOf(result),
      };
    }
    default:
      return { ...expr };
  }
}
