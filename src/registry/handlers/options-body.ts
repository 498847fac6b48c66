import { parseApiVersion } from '../../apimachinery/group-version.js';
import { badRequest } from '../../apimachinery/status.js';
import { decodeObject } from '../../schema/decode.js';
import { DecodingError } from '../../schema/decoding-error.js';
import { parseJson } from '../../schema/json.js';
import { decodeProtobuf, unwrapUnknown } from '../../schema/protobuf.js';
import type { JsonObject, JsonValue, StructType } from '../../schema/type.js';
import { typeRegistry } from '../../schema/types.js';
import type { MediaType } from './api-request.js';
import { jsonType, TYPE_META } from './decode-body.js';

/** DeleteOptions in the body of a DELETE, of whatever group they say they are. Throws 400. */
export async function readOptionsBody(bytes: Buffer, mediaType: MediaType): Promise<JsonObject> {
  const type = deleteOptionsType();
  try {
    if (mediaType === 'protobuf') return decodeProtobuf(type, unwrapUnknown(bytes).raw);
    const value = mediaType === 'yaml' ? await yamlValue(bytes) : jsonValue(bytes);
    // Go decodes null into nothing, and leaves the options as they are.
    if (value === null) return {};
    if (typeof value !== 'object' || Array.isArray(value))
      throw badRequest(
        `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonType(value)} into Go value of type ${TYPE_META}`,
      );
    refuseOtherKinds(value);
    return decodeObject(type, value).object;
  } catch (error) {
    if (error instanceof DecodingError) throw badRequest(error.message);
    throw error;
  }
}

function deleteOptionsType(): StructType {
  const type = typeRegistry().typeByName('io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions');
  if (type === undefined) throw new Error('the facts lack metav1.DeleteOptions');
  return type;
}

function jsonValue(bytes: Buffer): JsonValue {
  try {
    return parseJson(bytes).value;
  } catch (error) {
    if (error instanceof DecodingError) throw badRequest(`couldn't get version/kind; json parse error: ${error.message}`);
    throw error;
  }
}

async function yamlValue(bytes: Buffer): Promise<JsonValue> {
  const { parseYaml } = await import('../../schema/yaml.js');
  return (await parseYaml(bytes.toString('utf8'))).value;
}

function refuseOtherKinds(value: JsonObject): void {
  const { kind, apiVersion } = value;
  if (kind === undefined || kind === '' || kind === 'DeleteOptions') return;
  const gv = typeof apiVersion === 'string' ? parseApiVersion(apiVersion) : undefined;
  const shown = gv === undefined || gv.version === '' ? 'meta.k8s.io/v1' : gv.group === '' ? gv.version : `${gv.group}/${gv.version}`;
  throw badRequest(
    `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(shown)} in scheme "k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27"`,
  );
}
