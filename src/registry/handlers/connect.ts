import { apiVersionOf, type GroupVersionKind } from '../../apimachinery/group-version.js';
import type { Field, JsonObject, JsonValue, StructType } from '../../schema/type.js';
import { typeRegistry } from '../../schema/types.js';
import { asObject, type KubeObject } from '../object.js';
import type { HandlerEnvironment, Query, ResourceRequest } from './api-request.js';
import { attributesOf } from './write.js';

/**
 * Admission of a request to be connected with a container, a pod, a service or
 * a node: plug-ins see its options as the object (Go: ConnectResource).
 */
export async function admitConnect(request: ResourceRequest, gvk: GroupVersionKind, environment: HandlerEnvironment): Promise<void> {
  const type = typeRegistry().typeOf(gvk);
  // A log is read, not connected with; its kind is that of the pod.
  if (type === undefined || !gvk.kind.endsWith('Options')) return;
  const { context, query } = request;
  const object = optionsObject(type, gvk, query, context.path);
  const attributes = attributesOf(request, gvk, 'CONNECT', object, undefined, false, {}, context.name);
  await environment.admission.admit(attributes);
  await environment.admission.validate(attributes);
}

/** The options of a query as an object of their kind. */
function optionsObject(type: StructType, gvk: GroupVersionKind, query: Query, path: string): KubeObject {
  const object: JsonObject = { kind: gvk.kind, apiVersion: apiVersionOf(gvk) };
  for (const field of type.byName.values()) {
    const values = query.get(field.name);
    const value = values === undefined ? undefined : valueOf(field, values);
    if (value !== undefined) object[field.name] = value;
  }
  if (type.byName.has('path')) {
    const below = /\/proxy(\/.*)$/.exec(path)?.[1];
    if (below !== undefined) object['path'] = below;
  }
  return asObject(object);
}

function valueOf({ type }: Field, values: readonly string[]): JsonValue | undefined {
  const [first = ''] = values;
  if (type.kind === 'list') {
    const numeric = type.items.kind === 'scalar' && type.items.scalar === 'int32';
    return numeric ? values.flatMap((value) => value.split(',')).map(Number) : [...values];
  }
  if (type.kind !== 'scalar') return undefined;
  if (type.scalar === 'boolean') return first !== '0' && first.toLowerCase() !== 'false' ? true : undefined;
  return first === '' ? undefined : first;
}
