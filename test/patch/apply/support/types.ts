import type { Field, Json, ListType, MapType, ScalarName, ScalarType, StructType, Type } from '../../../../src/schema/type.js';
import { typeRegistry } from '../../../../src/schema/types.js';

/** Types made by hand, as short as a schema can be said. */

export const scalar = (name: ScalarName): ScalarType => ({ kind: 'scalar', scalar: name });
export const string = scalar('string');
export const int = scalar('int64');
export const boolean = scalar('boolean');
export const json = scalar('json');

export const atomicList = (items: Type): ListType => ({ kind: 'list', items, listType: 'atomic' });
export const set = (items: Type): ListType => ({ kind: 'list', items, listType: 'set' });
export const keyed = (keys: readonly string[], items: Type): ListType => ({ kind: 'list', items, listType: 'map', keys });
export const map = (values: Type): MapType => ({ kind: 'map', values });
export const atomicMap = (values: Type): MapType => ({ kind: 'map', values, mapType: 'atomic' });

/** A field with a default, which a plain type has not. */
export interface WithDefault {
  readonly type: Type;
  readonly default: Json;
}

type Marks = Pick<StructType, 'mapType' | 'preserveUnknown'>;

export function struct(fields: Readonly<Record<string, Type | WithDefault>>, marks: Marks = {}): StructType {
  const made = Object.entries(fields).map(([name, type]): Field => {
    const plain = 'kind' in type;
    return {
      name,
      type: plain ? type : type.type,
      number: 0,
      required: false,
      pointer: true,
      omit: 'empty',
      default: plain ? undefined : type.default,
    };
  });
  return {
    kind: 'struct',
    name: 'example.v1.Struct',
    goName: 'Struct',
    fields: made,
    byName: new Map(made.map((field) => [field.name, field])),
    ...marks,
  };
}

/** The type of a whole object with this spec (and status). */
export function objectType(spec: Type, status: Type = struct({ ready: int })): StructType {
  const metadata = builtIn('', 'v1', 'ConfigMap').byName.get('metadata');
  if (metadata === undefined) throw new Error('a ConfigMap without metadata');
  return struct({ apiVersion: string, kind: string, metadata: metadata.type, spec, status });
}

/** A type of the API server's own. */
export function builtIn(group: string, version: string, kind: string): StructType {
  const type = typeRegistry().typeOf({ group, version, kind });
  if (type === undefined) throw new Error(`no type ${kind} in ${group}/${version}`);
  return type;
}
