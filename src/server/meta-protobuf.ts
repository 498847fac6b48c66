import { encodeProtobuf, wrapUnknown } from '../schema/protobuf.js';
import { typeRegistry } from '../schema/types.js';
import type { JsonObject } from '../schema/type.js';

/** An object of metav1 (a Status, a document of discovery) or of aggregated discovery as an enveloped protobuf message. */
export function metaProtobuf(value: JsonObject): Buffer {
  const kind = String(value['kind'] ?? '');
  const place = kind === 'APIGroupDiscoveryList' ? 'api.apidiscovery.v2' : 'apimachinery.pkg.apis.meta.v1';
  const type = typeRegistry().typeByName(`io.k8s.${place}.${kind}`);
  if (type === undefined) throw new Error(`the facts lack ${place}.${kind}`);
  return wrapUnknown({ apiVersion: String(value['apiVersion'] ?? ''), kind, raw: encodeProtobuf(type, value) });
}
