import type { FunctionDeclaration } from '../types/functions.js';
import { NAMED_TYPES, typeOf, type CelType } from '../types/type.js';

/** Finds the fields of object types. */
export interface TypeProvider {
  /** The object type of a name; undefined if there is none. */
  struct(name: string): CelType | undefined;
  /** The type of a field, under the name that expressions use. */
  field(structName: string, field: string): CelType | undefined;
}

export const NO_TYPES: TypeProvider = { struct: () => undefined, field: () => undefined };

/** What a name stands for. */
export interface Identifier {
  readonly name: string;
  readonly type: CelType;
  /** The type itself, where a type is named. */
  readonly value?: CelType;
}

/** What an expression may name: variables, types and functions. */
export interface Declarations {
  readonly variables: ReadonlyMap<string, CelType>;
  readonly functions: ReadonlyMap<string, FunctionDeclaration>;
  /** Types that libraries add, by name. */
  readonly types: ReadonlyMap<string, CelType>;
  readonly provider: TypeProvider;
}

/** Names in the order in which they hide each other: the innermost macro's first. */
export class Scope {
  private readonly layers: Map<string, CelType>[] = [];

  constructor(private readonly declarations: Declarations) {}

  enter(variables: Iterable<readonly [string, CelType]>): void {
    this.layers.push(new Map(variables));
  }

  leave(): void {
    this.layers.pop();
  }

  find(written: string): Identifier | undefined {
    const isAbsolute = written.startsWith('.');
    const name = isAbsolute ? written.slice(1) : written;
    if (!isAbsolute) {
      for (let i = this.layers.length - 1; i >= 0; i--) {
        const type = this.layers[i]?.get(name);
        if (type !== undefined) return { name, type };
      }
    }
    const { variables, types, provider } = this.declarations;
    const variable = variables.get(name);
    if (variable !== undefined) return { name, type: variable };
    const type = NAMED_TYPES.get(name) ?? types.get(name) ?? provider.struct(name);
    return type === undefined ? undefined : { name, type: typeOf(type), value: type };
  }

  findFunction(written: string): FunctionDeclaration | undefined {
    return this.declarations.functions.get(written.startsWith('.') ? written.slice(1) : written);
  }
}

/** One provider after the other. */
export function allOf(...providers: readonly TypeProvider[]): TypeProvider {
  return {
    struct(name) {
      for (const provider of providers) {
        const found = provider.struct(name);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    field: (structName, field) => providers.find((provider) => provider.struct(structName) !== undefined)?.field(structName, field),
  };
}
