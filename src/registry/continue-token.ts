import { posix } from 'node:path';
import { badRequest } from '../apimachinery/status.js';
import { DecodingError } from '../schema/decoding-error.js';
import { parseJson } from '../schema/json.js';
import type { JsonValue } from '../schema/type.js';
import { jsonType } from './handlers/decode-body.js';

/** Where a paged list goes on, and which state it shows (Go: storage.EncodeContinue). */
export interface ContinuePoint {
  /** The list's revision; -1 means "the newest", after an expired token was renewed. */
  readonly revision: number;
  /** Exclusive start. */
  readonly namespace: string;
  readonly name: string;
}

const VERSION = 'meta.k8s.io/v1';

/** An opaque token: base64url of the JSON that the real server writes. */
export function encodeContinue(point: ContinuePoint, inNamespace: boolean): string {
  const start = inNamespace || point.namespace === '' ? `${point.name}\0` : `${point.namespace}/${point.name}\0`;
  return Buffer.from(JSON.stringify({ v: VERSION, rv: point.revision, start })).toString('base64url');
}

/** Throws 400 with the real texts for a token that isn't ours (Go: storage.DecodeContinue). */
export function decodeContinue(token: string, namespace: string | undefined): ContinuePoint {
  const { v, rv, start } = parseToken(token);
  if (v !== VERSION) throw refuse(`server does not recognize this encoded version ${v}`);
  if (rv === 0) throw refuse('incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  if (start === '') throw refuse('encoded start key empty (version meta.k8s.io/v1)');
  const key = start.startsWith('/') ? start : `/${start}`;
  if (posix.normalize(key) !== key || (key.length > 1 && key.endsWith('/'))) throw refuse(start);
  const path = key.slice(1).replace(/\0$/, '');
  const slash = path.indexOf('/');
  if (namespace !== undefined) return { revision: rv, namespace, name: path };
  return slash === -1
    ? { revision: rv, namespace: '', name: path }
    : { revision: rv, namespace: path.slice(0, slash), name: path.slice(slash + 1) };
}

interface Token {
  readonly v: string;
  readonly rv: number;
  readonly start: string;
}

function parseToken(token: string): Token {
  if (!/^[A-Za-z0-9_-]*$/.test(token)) throw refuse(`illegal base64 data at input byte ${String(token.search(/[^A-Za-z0-9_-]/))}`);
  // One character more than whole groups of four is half a byte.
  if (token.length % 4 === 1) throw refuse(`illegal base64 data at input byte ${String(token.length - 1)}`);
  const bytes = Buffer.from(token, 'base64url');
  try {
    return typedToken(parseJson(bytes).value);
  } catch (error) {
    if (error instanceof DecodingError) throw refuse(error.message);
    throw error;
  }
}

/** What Go's decoder makes of any JSON. */
function typedToken(value: JsonValue): Token {
  const members = value ?? {};
  if (typeof members !== 'object' || Array.isArray(members))
    throw new DecodingError(`json: cannot unmarshal ${jsonType(members)} into Go value of type storage.continueToken`);
  const { v, rv, start } = members;
  for (const [name, given, type] of [
    ['v', v, 'string'],
    ['rv', rv, 'number'],
    ['start', start, 'string'],
  ] as const) {
    if (given === undefined || given === null || typeof given === type) continue;
    const goType = type === 'number' ? 'int64' : type;
    throw new DecodingError(`json: cannot unmarshal ${jsonType(given)} into Go struct field continueToken.${name} of type ${goType}`);
  }
  return { v: String(v ?? ''), rv: Number(rv ?? 0), start: String(start ?? '') };
}

function refuse(why: string): Error {
  return badRequest(`invalid continue token: continue key is not valid: ${why}`);
}
