import { DecodingError } from './decoding-error.js';

/** Per ASCII code: the six bits of the base64 alphabet, or -1. */
const SIX_BITS = new Int8Array(128).fill(-1);
for (const [i, c] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries()) SIX_BITS[c.charCodeAt(0)] = i;

/**
 * The canonical text of base64 that Go's decoder accepts: line ends dropped,
 * unused bits zero. A canonical text is returned as it is.
 * @throws DecodingError `illegal base64 data at input byte N`
 */
export function canonicalBase64(text: string): string {
  if (isCanonical(text)) return text;
  return decodeLoose(text).toString('base64');
}

function isCanonical(text: string): boolean {
  const length = text.length;
  if (length === 0) return true;
  if (length % 4 !== 0) return false;
  let end = length;
  if (text.charCodeAt(length - 1) === 0x3d) end = text.charCodeAt(length - 2) === 0x3d ? length - 2 : length - 1;
  let bits = 0;
  for (let i = 0; i < end; i++) {
    const c = text.charCodeAt(i);
    bits = c < 128 ? (SIX_BITS[c] ?? -1) : -1;
    if (bits < 0) return false;
  }
  const unused = length - end;
  return unused === 0 || (bits & (unused === 2 ? 15 : 3)) === 0;
}

/** Decodes as Go's base64.StdEncoding does, which counts positions in bytes and skips line ends. */
function decodeLoose(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  let clean = '';
  let padding = 0;
  for (let at = 0; at < bytes.length; at++) {
    const c = bytes[at] ?? 0;
    if (c === 0x0a || c === 0x0d) continue;
    if (c === 0x3d) {
      const place = clean.length % 4;
      if (padding === 1) {
        padding = 2;
        continue;
      }
      if (padding === 2 || place < 2) throw illegal(at);
      if (place === 2) {
        const second = nextByte(bytes, at + 1);
        if (second === bytes.length) throw illegal(bytes.length);
        if (bytes[second] !== 0x3d) throw illegal(second - 1);
        padding = 1;
      } else padding = 2;
      continue;
    }
    if (padding > 0) throw illegal(at);
    if (c >= 128 || (SIX_BITS[c] ?? -1) < 0) throw illegal(at);
    clean += String.fromCharCode(c);
  }
  if (padding === 0 && clean.length % 4 !== 0) throw illegal(bytes.length - (clean.length % 4));
  return Buffer.from(clean, 'base64');
}

/** The next position that is no line end. */
function nextByte(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === 0x0a || bytes[at] === 0x0d) at++;
  return at;
}

function illegal(at: number): DecodingError {
  return new DecodingError(`illegal base64 data at input byte ${String(at)}`);
}
