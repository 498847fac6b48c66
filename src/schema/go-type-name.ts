import type { ScalarName, Type } from './type.js';

const SCALARS: Readonly<Record<ScalarName, string>> = {
  string: 'string',
  boolean: 'bool',
  int32: 'int32',
  int64: 'int64',
  uint32: 'uint32',
  float32: 'float32',
  double: 'float64',
  bytes: '[]uint8',
  quantity: 'resource.Quantity',
  intOrString: 'intstr.IntOrString',
  time: 'v1.Time',
  microTime: 'v1.MicroTime',
  duration: 'v1.Duration',
  rawExtension: 'runtime.RawExtension',
  fieldsV1: 'v1.FieldsV1',
  json: 'v1.JSON',
};

/** A type as Go's reflection prints it in decoding errors: `[]v1.Container`, `map[string]string`. */
export function goTypeName(type: Type): string {
  switch (type.kind) {
    case 'scalar':
      return type.goName ?? SCALARS[type.scalar];
    case 'list':
      return type.goName ?? `[]${type.nullableItems ? '*' : ''}${goTypeName(type.items)}`;
    case 'map':
      return type.goName ?? goMapName(goTypeName(type.values));
    case 'struct':
      return `${packageOf(type.name)}.${type.goName}`;
  }
}

function goMapName(values: string): string {
  return `map[${KEY_TYPES.get(values) ?? 'string'}]${values}`;
}

/** Keys of a named string type, by what the map holds; all other maps have plain strings or a name of their own. */
const KEY_TYPES: ReadonlyMap<string, string> = new Map([
  ['resource.Quantity', 'v1.QualifiedName'],
  ['v1.DeviceAttribute', 'v1.QualifiedName'],
  ['v1.DeviceCapacity', 'v1.QualifiedName'],
  ['v1.ClaimResourceStatus', 'v1.ResourceName'],
  ['v1.NodeAllocatableResourceMapping', 'v1.ResourceName'],
]);

/** Go's name of the package: the last but one part of an OpenAPI name. */
function packageOf(name: string): string {
  const end = name.lastIndexOf('.');
  return name.slice(name.lastIndexOf('.', end - 1) + 1, end);
}
