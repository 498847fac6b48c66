import type { Field, ScalarName, StructType, Type } from '../../schema/type.js';
import type { TypeProvider } from '../checker/scope.js';
import { escapedKeyword, escapeName } from '../rules/escape.js';
import { BOOL, BYTES, DOUBLE, DYN, INT, listOf, mapOf, STRING, structType, TIMESTAMP, type CelType } from '../types/type.js';

/**
 * Scalars as their OpenAPI says. Quantities have no single type there, nor has
 * arbitrary JSON: expressions can't name them. Raw extensions are objects without fields.
 */
const SCALARS: Readonly<Record<Exclude<ScalarName, 'rawExtension' | 'fieldsV1'>, CelType | undefined>> = {
  string: STRING,
  boolean: BOOL,
  int32: INT,
  int64: INT,
  uint32: INT,
  float32: DOUBLE,
  double: DOUBLE,
  bytes: BYTES,
  quantity: undefined,
  intOrString: DYN,
  time: TIMESTAMP,
  microTime: TIMESTAMP,
  duration: STRING,
  json: undefined,
};

let names = 0;

/** The types of a resource for checks of expressions (Go: policy/validating.TypeChecker). Parts are made when an expression names them. */
export class ResourceTypes implements TypeProvider {
  readonly root: CelType;
  private readonly objects = new Map<string, ReadonlyMap<string, Field>>();

  constructor(type: StructType, kind: string) {
    // Nobody shall come to rely on the name of the type, so it is never the same.
    this.root = this.object(type, `${kind}${String(++names)}`);
  }

  struct(name: string): CelType | undefined {
    return this.objects.has(name) ? structType(name) : undefined;
  }

  field(structName: string, field: string): CelType | undefined {
    const fields = this.objects.get(structName);
    const found = fields?.get(field) ?? fields?.get(escapedKeyword(field));
    return found && this.typeOf(found.type, `${structName}.${field}`);
  }

  private typeOf(type: Type, name: string): CelType | undefined {
    switch (type.kind) {
      case 'scalar':
        return type.scalar === 'rawExtension' || type.scalar === 'fieldsV1' ? this.named(name, new Map()) : SCALARS[type.scalar];
      case 'list': {
        const items = this.typeOf(type.items, `${name}.@idx`);
        return items && listOf(items);
      }
      case 'map': {
        const values = this.typeOf(type.values, `${name}.@elem`);
        return values && mapOf(STRING, values);
      }
      case 'struct':
        return this.object(type, name);
    }
  }

  private object({ byName }: StructType, name: string): CelType {
    const known = this.objects.get(name);
    if (known !== undefined) return structType(name);
    return this.named(
      name,
      new Map(
        [...byName].flatMap(([property, field]) => {
          const identifier = escapeName(property);
          return identifier === undefined ? [] : [[identifier, field]];
        }),
      ),
    );
  }

  private named(name: string, fields: ReadonlyMap<string, Field>): CelType {
    this.objects.set(name, fields);
    return structType(name);
  }
}
