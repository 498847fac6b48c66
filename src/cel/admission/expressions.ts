import { Environment, type Program } from '../environment.js';
import { allOf, type TypeProvider } from '../checker/scope.js';
import { AUTHORIZER, RESOURCE_CHECK } from '../library/authorizer.js';
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  fullName,
  INT,
  isDyn,
  listOf,
  mapOf,
  NULL,
  STRING,
  structType,
  TIMESTAMP,
  UINT,
  type CelType,
} from '../types/type.js';
import { DECLARED_TYPES, NAMESPACE, REQUEST } from './declared-types.js';
import { makePatchStruct, OBJECT, PATCH_TYPES, PATCHES } from './patch-types.js';

/** What an expression may have for a value, by what it is for. */
export type Returns = 'bool' | 'string' | 'stringOrNull' | 'object' | 'jsonPatch' | 'any';

const RETURNS: Readonly<Record<Exclude<Returns, 'any'>, readonly CelType[]>> = {
  bool: [BOOL],
  string: [STRING],
  stringOrNull: [STRING, NULL],
  object: [OBJECT],
  jsonPatch: [PATCHES],
};

/** What an expression may name besides the request, its objects and its namespace. */
export interface Scope {
  readonly hasParams: boolean;
  readonly hasAuthorizer: boolean;
  /** The types Object and JSONPatch. */
  readonly hasPatchTypes: boolean;
  /** Types that objects and params are known to have, where that is known. */
  readonly typed?: TypedObjects | undefined;
}

/** Types of what is dynamic otherwise, for checks against the types of resources. */
export interface TypedObjects {
  readonly object: CelType;
  /** Absent where nobody knows. */
  readonly params: CelType | undefined;
  readonly provider: TypeProvider;
}

/** A compiled expression, or why there is none. */
export interface Expression {
  readonly source: string;
  readonly program?: Program | undefined;
  readonly fault?: Fault | undefined;
}

export interface Fault {
  readonly type: 'Invalid' | 'Internal';
  readonly detail: string;
  /** The compiler's own text, where it is that which failed. */
  readonly issues?: string;
}

const VARIABLES = structType('kubernetes.variables');
const PLAIN: readonly CelType[] = [BOOL, BYTES, DOUBLE, DURATION, INT, NULL, STRING, TIMESTAMP, UINT];

/** A variable's type as later expressions see it: what isn't plain or made of plain things is dynamic. */
function fieldType(type: CelType): CelType {
  if (type.kind === 'list') return listOf(fieldType(type.params[0] ?? DYN));
  if (type.kind === 'map') return mapOf(fieldType(type.params[0] ?? DYN), fieldType(type.params[1] ?? DYN));
  return PLAIN.find((plain) => plain.equals(type)) ?? (isDyn(type) ? type : DYN);
}

/** The variables of a policy that were compiled so far (Go: admission/plugin/cel.CompositedCompiler). */
export class Composition {
  private readonly environments = new Map<string, Environment>();

  private constructor(
    private readonly typed: TypedObjects | undefined,
    private readonly hasParams: boolean,
    readonly variables: ReadonlyMap<string, Expression>,
  ) {}

  static empty(hasParams: boolean, typed?: TypedObjects): Composition {
    return new Composition(typed, hasParams, new Map());
  }

  /** With one more variable, which may use the earlier ones. */
  with(name: string, source: string): Composition {
    const expression = this.compile(source, 'any', { hasParams: this.hasParams, hasAuthorizer: true, hasPatchTypes: false });
    return new Composition(this.typed, this.hasParams, new Map(this.variables).set(name, expression));
  }

  /** Compiles an expression that may use the variables. */
  compile(source: string, returns: Returns, scope: Scope): Expression {
    return compileIn(this.environment(scope), source, returns);
  }

  private environment(scope: Scope): Environment {
    const key = `${String(scope.hasParams)} ${String(scope.hasAuthorizer)} ${String(scope.hasPatchTypes)}`;
    let made = this.environments.get(key);
    if (made === undefined) this.environments.set(key, (made = environmentOf({ ...scope, typed: this.typed }, this.provider)));
    return made;
  }

  private readonly provider: TypeProvider = {
    struct: (name) => (name === VARIABLES.name ? VARIABLES : undefined),
    field: (_structName, field) => {
      const variable = this.variables.get(field);
      return variable && fieldType(variable.program?.type ?? DYN);
    },
  };
}

const plainEnvironments = new Map<string, Environment>();

/** Compiles an expression outside of a policy: there are no variables. */
export function compilePlain(source: string, returns: Returns, scope: Omit<Scope, 'typed'>): Expression {
  const key = `${String(scope.hasParams)} ${String(scope.hasAuthorizer)} ${String(scope.hasPatchTypes)}`;
  let environment = plainEnvironments.get(key);
  if (environment === undefined) plainEnvironments.set(key, (environment = environmentOf(scope, undefined)));
  return compileIn(environment, source, returns);
}

function environmentOf({ hasParams, hasAuthorizer, hasPatchTypes, typed }: Scope, variables: TypeProvider | undefined): Environment {
  const object = typed?.object ?? DYN;
  const names: [string, CelType][] = [
    ['object', object],
    ['oldObject', object],
    ['namespaceObject', NAMESPACE],
    ['request', REQUEST],
  ];
  if (hasParams) names.push(['params', typed?.params ?? DYN]);
  if (hasAuthorizer) names.push(['authorizer', AUTHORIZER]);
  // The real server's check of types has never heard of it.
  if (hasAuthorizer && typed === undefined) names.push(['authorizer.requestResource', RESOURCE_CHECK]);
  if (variables !== undefined) names.push(['variables', VARIABLES]);
  const providers = [DECLARED_TYPES, variables, typed?.provider, hasPatchTypes ? PATCH_TYPES : undefined];
  return new Environment({
    variables: new Map(names),
    provider: allOf(...providers.filter((provider) => provider !== undefined)),
    ...(hasPatchTypes ? { makeStruct: makePatchStruct, forMutations: true } : {}),
  });
}

function compileIn(environment: Environment, source: string, returns: Returns): Expression {
  const { program, issues } = environment.compile(source);
  if (program === undefined) return { source, fault: { type: 'Invalid', detail: `compilation failed: ${issues}`, issues } };
  const accepted = returns === 'any' ? undefined : RETURNS[returns];
  if (accepted?.every((type) => !type.equals(program.type)) === true) {
    const [only, second] = accepted;
    const wanted = second === undefined ? fullName(only as CelType) : `one of [${accepted.map(fullName).join(' ')}]`;
    return { source, fault: { type: 'Invalid', detail: `must evaluate to ${wanted} but got ${fullName(program.type)}` } };
  }
  const { fault } = program;
  return fault === undefined
    ? { source, program }
    : { source, fault: { type: 'Internal', detail: `program instantiation failed: ${fault}` } };
}
