import { goQuote } from '../apimachinery/field-error.js';
import { parseApiVersion, type GroupVersion } from '../apimachinery/group-version.js';
import { jsonType, TYPE_META } from '../registry/handlers/decode-body.js';
import { decodeObject } from '../schema/decode.js';
import { DecodingError } from '../schema/decoding-error.js';
import { ParsedJson, parseJson } from '../schema/json.js';
import type { JsonObject, JsonValue, StructType } from '../schema/type.js';
import { CallError } from './go-errors.js';
import type { Answer } from './https-client.js';

const MAX_SHOWN = 2048;

/** A review's versions as `reviewOf` wants them: the one that was asked for, then the others that are known. */
export function askedFirst(group: string, known: readonly string[], asked: string): readonly GroupVersion[] {
  return [asked, ...known.filter((version) => version !== asked)].map((version) => ({ group, version }));
}

/**
 * Reads the answer of a webhook as the review that was sent to it (Go:
 * rest.Result.Into). Throws a CallError with the text of client-go.
 */
export async function reviewOf(answer: Answer, type: StructType, versions: readonly GroupVersion[], kind: string): Promise<JsonObject> {
  const { status, body, contentType } = answer;
  if (status < 200 || status > 206) throw new CallError(statusIn(body) ?? genericText(answer));
  if (body.length === 0) {
    const shown = contentType === '' ? 'application/json' : contentType;
    throw new CallError(`0-length response with status code: ${String(status)} and content type: ${shown}`);
  }
  const parsed = await parse(body);
  const value = parsed instanceof ParsedJson ? parsed.value : parsed;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw unreadable(`json: cannot unmarshal ${jsonType(value)} into Go value of type ${TYPE_META}`);
  }
  refuseOtherKind(value, versions, kind);
  try {
    const { object } = decodeObject(type, parsed, { strict: false });
    // What the answer says it is stays as it is: the review is judged by it.
    return { ...object, apiVersion: value['apiVersion'] ?? '', kind: value['kind'] ?? '' };
  } catch (error) {
    if (error instanceof DecodingError) throw new CallError(error.message);
    throw error;
  }
}

/** What doesn't begin as a JSON object may be YAML, which any text is; nothing is an empty object. */
async function parse(body: Buffer): Promise<ParsedJson | JsonValue> {
  try {
    if (/^\s*\{/.test(body.subarray(0, MAX_SHOWN).toString('latin1'))) return parseJson(body);
    const { parseYaml, YamlError } = await import('../schema/yaml.js');
    try {
      return (await parseYaml(body.toString('utf8'))).value ?? {};
    } catch (error) {
      if (error instanceof YamlError) throw new CallError(error.message);
      throw error;
    }
  } catch (error) {
    if (error instanceof DecodingError) throw unreadable(error.message);
    throw error;
  }
}

function unreadable(why: string): CallError {
  return new CallError(`couldn't get version/kind; json parse error: ${why}`);
}

/** Kinds that every scheme of client-go has in the group without a name. */
const META_KINDS: ReadonlySet<string> = new Set(['Status', 'APIVersions', 'APIGroup', 'APIGroupList', 'APIResourceList']);

/** @param versions the one that was asked for, then others that are known */
function refuseOtherKind({ apiVersion, kind }: JsonObject, versions: readonly GroupVersion[], expected: string): void {
  if (apiVersion === undefined || apiVersion === '' || kind === undefined || kind === '') return;
  const given = typeof apiVersion === 'string' ? parseApiVersion(apiVersion) : undefined;
  const isMeta = apiVersion === 'v1' && META_KINDS.has(String(kind));
  const known = given !== undefined && versions.some(({ group, version }) => group === given.group && version === given.version);
  if (!isMeta && !(kind === expected && known)) {
    throw new CallError(
      `no kind ${goQuote(String(kind))} is registered for version ${goQuote(String(apiVersion))} in scheme "k8s.io/apiserver/pkg/util/webhook/client.go:71"`,
    );
  }
  const wanted = versions[0]?.version ?? '';
  if (isMeta || given?.version !== wanted) {
    throw new CallError(`converting (${given?.version ?? ''}.${String(kind)}) to (${wanted}.${expected}): unknown conversion`);
  }
}

/** The message of a metav1.Status that a server sent as its error. */
function statusIn(body: Buffer): string | undefined {
  try {
    const { value } = parseJson(body);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return value['kind'] === 'Status' && typeof value['message'] === 'string' ? value['message'] : undefined;
  } catch {
    return undefined;
  }
}

const TEXTS: Readonly<Record<number, string>> = {
  400: 'the server rejected our request for an unknown reason',
  401: 'the server has asked for the client to provide credentials',
  404: 'the server could not find the requested resource',
  405: 'the server does not allow this method on the requested resource',
  409: 'the server reported a conflict',
  422: 'the server rejected our request due to an error in our request',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
};

/** Go: apierrors.NewGenericServerResponse for a server that told no Status. */
function genericText({ status, body, contentType }: Answer): string {
  const isText = contentType === '' || contentType.startsWith('text/');
  const shown = isText ? body.subarray(0, MAX_SHOWN).toString('utf8').trim() : 'unknown';
  const known = TEXTS[status];
  if (known !== undefined) return known;
  if (status === 403 || status === 406 || status === 415) return shown;
  if (status >= 500) return `an error on the server (${goQuote(shown)}) has prevented the request from succeeding`;
  return `the server responded with the status code ${String(status)} but did not return more information`;
}
