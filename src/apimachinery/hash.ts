import { SAFE_ALPHABET } from './random.js';

/** The same text in Kubernetes' alphabet without vowels, one character for each code point (Go: rand.SafeEncodeString). */
export function safeEncodeString(text: string): string {
  let out = '';
  for (const character of text) out += SAFE_ALPHABET.charAt((character.codePointAt(0) ?? 0) % SAFE_ALPHABET.length);
  return out;
}

const OFFSET_32 = 2166136261;
const PRIME_32 = 16777619;

function bytesOf(data: string | Uint8Array): Uint8Array {
  return typeof data === 'string' ? Buffer.from(data) : data;
}

/** FNV-1a of 32 bits, unsigned (Go: hash/fnv.New32a). Strings count as UTF-8. */
export function fnv32a(data: string | Uint8Array, seed = OFFSET_32): number {
  let hash = seed;
  for (const byte of bytesOf(data)) hash = Math.imul(hash ^ byte, PRIME_32);
  return hash >>> 0;
}

/** FNV-1 of 32 bits, unsigned (Go: hash/fnv.New32). */
export function fnv32(data: string | Uint8Array, seed = OFFSET_32): number {
  let hash = seed;
  for (const byte of bytesOf(data)) hash = Math.imul(hash, PRIME_32) ^ byte;
  return hash >>> 0;
}

const OFFSET_64 = 14695981039346656037n;
const PRIME_64 = 1099511628211n;

/** FNV-1a of 64 bits, unsigned (Go: hash/fnv.New64a). */
export function fnv64a(data: string | Uint8Array): bigint {
  let hash = OFFSET_64;
  for (const byte of bytesOf(data)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME_64);
  return hash;
}

const OFFSET_128 = 0x6c62272e07bb014262b821756295c58dn;
const PRIME_128 = 0x0000000001000000000000000000013bn;

/** FNV-1a of 128 bits, unsigned (Go: hash/fnv.New128a). */
export function fnv128a(data: string | Uint8Array): bigint {
  let hash = OFFSET_128;
  for (const byte of bytesOf(data)) hash = BigInt.asUintN(128, (hash ^ BigInt(byte)) * PRIME_128);
  return hash;
}
