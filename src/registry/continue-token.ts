import { badRequest } from '../apimachinery/status.js';
import { goQuote } from '../apimachinery/field-error.js';

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

/** Throws 400 with the real texts for a token that isn't ours. */
export function decodeContinue(token: string, namespace: string | undefined): ContinuePoint {
  const parsed = parseToken(token);
  const { v, rv, start } = parsed;
  if (v !== VERSION) throw refuse(`server does not recognize this encoded version ${typeof v === 'string' ? v : ''}`);
  if (typeof rv !== 'number' || rv === 0) throw refuse('incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  if (typeof start !== 'string' || start === '') throw refuse('encoded start key empty (version meta.k8s.io/v1)');
  const key = start.startsWith('/') ? start : `/${start}`;
  if (key.split('/').includes('..')) throw new Error(goQuote(key));
  const path = key.slice(1).replace(/\0$/, '');
  const slash = path.indexOf('/');
  if (namespace !== undefined) return { revision: rv, namespace, name: path };
  return slash === -1
    ? { revision: rv, namespace: '', name: path }
    : { revision: rv, namespace: path.slice(0, slash), name: path.slice(slash + 1) };
}

interface Token {
  v?: unknown;
  rv?: unknown;
  start?: unknown;
}

function parseToken(token: string): Token {
  if (!/^[A-Za-z0-9_-]*$/.test(token)) throw refuse(`illegal base64 data at input byte ${String(token.search(/[^A-Za-z0-9_-]/))}`);
  // One character more than whole groups of four is half a byte.
  if (token.length % 4 === 1) throw refuse(`illegal base64 data at input byte ${String(token.length - 1)}`);
  const bytes = Buffer.from(token, 'base64url');
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // falls through to the refusal below
  }
  const first = bytes[0] ?? 0;
  const shown = first === 0 ? 'unexpected end of JSON input' : `invalid character ${quoteByte(first)} looking for beginning of value`;
  throw refuse(shown);
}

function quoteByte(byte: number): string {
  return byte >= 0x20 && byte < 0x7f
    ? `'${String.fromCharCode(byte)}'`
    : byte >= 0xa0
      ? `'${String.fromCharCode(byte)}'`
      : `'\\u00${byte.toString(16).padStart(2, '0')}'`;
}

function refuse(why: string): Error {
  return badRequest(`invalid continue token: continue key is not valid: ${why}`);
}
