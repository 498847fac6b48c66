import { Composition, compilePlain, type Fault, type Returns, type Scope } from './expressions.js';

/** Where an expression of a policy or webhook stands. */
export interface ExpressionUse extends Omit<Scope, 'typed'> {
  readonly returns: Returns;
  /** Expressions of variables, by name, in their order; absent where `variables` can't be named. */
  readonly variables?: ReadonlyMap<string, string> | undefined;
}

/** The composition that was made last: a policy's expressions come one after the other. */
let last: { readonly hasParams: boolean; readonly sources: ReadonlyMap<string, string>; readonly composition: Composition } | undefined;

/** What is wrong with an expression; undefined if nothing. */
export function compileExpression(source: string, use: ExpressionUse): Fault | undefined {
  const { variables } = use;
  // Few expressions name any: they all share an environment.
  if (variables === undefined || !source.includes('variables')) return compilePlain(source, use.returns, use).fault;
  return compositionOf(use.hasParams, variables).compile(source, use.returns, use).fault;
}

function compositionOf(hasParams: boolean, variables: ReadonlyMap<string, string>): Composition {
  const known = last;
  const isPrefix =
    known?.hasParams === hasParams && [...known.sources].every(([name, source], i) => entryAt(variables, i, name) === source);
  let composition = isPrefix ? known.composition : Composition.empty(hasParams);
  let i = 0;
  for (const [name, source] of variables) if (!isPrefix || i++ >= known.sources.size) composition = composition.with(name, source);
  last = { hasParams, sources: variables, composition };
  return composition;
}

/** The value of a key, if it is the one at an index. */
function entryAt(map: ReadonlyMap<string, string>, index: number, name: string): string | undefined {
  return [...map.keys()][index] === name ? map.get(name) : undefined;
}
