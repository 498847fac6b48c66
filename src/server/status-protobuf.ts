import { encodeProtobuf, wrapUnknown } from '../schema/protobuf.js';
import { typeRegistry } from '../schema/types.js';
import type { JsonObject } from '../schema/type.js';

/** A metav1.Status as an enveloped protobuf message. */
export function statusProtobuf(body: object): Buffer {
  const type = typeRegistry().typeByName('io.k8s.apimachinery.pkg.apis.meta.v1.Status');
  if (type === undefined) throw new Error('the facts lack metav1.Status');
  return wrapUnknown({ apiVersion: 'v1', kind: 'Status', raw: encodeProtobuf(type, body as JsonObject) });
}
