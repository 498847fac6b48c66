import { sign } from 'node:crypto';
import { AuthenticationError } from '../authentication/authenticator.js';
import type { UntrustedClaims } from './claims.js';
import type { ServiceAccountKeys, SigningKey, VerificationKey } from './signing-key.js';

/** `jose` takes tens of milliseconds to load; a server that verifies no token never does. */
const jose = () => import('jose');

/**
 * Signs claims as a compact JWS (RFC 7515); their keys are written in the order
 * given. At once: `jose` signs on another thread, whose time would decide which
 * of two components is first, and two runs with one seed would differ.
 */
export function signClaims(claims: object, key: SigningKey): string {
  const signed = [{ alg: key.algorithm, kid: key.id }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = sign(`sha${key.algorithm.slice(2)}`, Buffer.from(signed), { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

/** The `iss` that a token claims, before anything is verified; undefined if it is no JWT. */
export function claimedIssuer(token: string): string | undefined {
  const parts = token.split('.');
  if (parts.length !== 3 || !BASE64URL.test(parts[1] ?? '')) return undefined;
  const payload = parseObject(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8'));
  const issuer = payload?.['iss'];
  return typeof issuer === 'string' ? issuer : undefined;
}

/**
 * The claims of a token that one of the keys signed, with the algorithm of
 * that key and no other. A `kid` in the header chooses the key.
 */
export async function verifySignature(token: string, keys: ServiceAccountKeys): Promise<UntrustedClaims> {
  const { compactVerify, decodeProtectedHeader } = await jose();
  let kid: string | undefined;
  try {
    ({ kid } = decodeProtectedHeader(token));
  } catch {
    throw new AuthenticationError(CRYPTO_FAILURE);
  }
  const candidates = (await keys.verificationKeys()).filter((key) => kid === undefined || kid === '' || key.id === kid);
  if (candidates.length === 0) throw new AuthenticationError('invalid signature, no keys found');
  for (const key of candidates) {
    const payload = await verified(compactVerify, token, key);
    if (payload === undefined) continue;
    const claims = parseObject(Buffer.from(payload).toString('utf8'));
    if (claims !== undefined) return claims;
  }
  throw new AuthenticationError(CRYPTO_FAILURE);
}

const CRYPTO_FAILURE = 'go-jose/go-jose: error in cryptographic primitive';
const BASE64URL = /^[A-Za-z0-9_-]+$/;

type CompactVerify = Awaited<ReturnType<typeof jose>>['compactVerify'];

async function verified(compactVerify: CompactVerify, token: string, key: VerificationKey): Promise<Uint8Array | undefined> {
  try {
    return (await compactVerify(token, key.publicKey, { algorithms: [key.algorithm] })).payload;
  } catch {
    return undefined; // whatever is wrong with it, this key did not sign it
  }
}

function parseObject(text: string): UntrustedClaims | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as UntrustedClaims) : undefined;
  } catch {
    return undefined;
  }
}
