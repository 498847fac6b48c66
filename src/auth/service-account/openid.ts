import type { ServiceAccountKeys, VerificationKey } from './signing-key.js';

/** Paths of the issuer's metadata (OpenID Connect Discovery 1.0), below the API server's root. */
export const OPENID_CONFIGURATION_PATH = '/.well-known/openid-configuration';
export const JWKS_PATH = '/openid/v1/jwks';

/** A body with its headers. */
export interface OpenIdDocument {
  readonly contentType: string;
  readonly cacheControl: string;
  readonly body: string;
}

const CACHE_CONTROL = 'public, max-age=3600';

export interface OpenIdOptions {
  readonly issuer: string;
  /** `--service-account-jwks-uri`, or `https://<address>:<port>/openid/v1/jwks`. */
  readonly jwksUri: string;
  readonly keys: ServiceAccountKeys;
}

/** The discovery document of the service account issuer. */
export async function openIdConfiguration(options: OpenIdOptions): Promise<OpenIdDocument> {
  const keys = await options.keys.verificationKeys();
  const body = JSON.stringify({
    issuer: options.issuer,
    jwks_uri: options.jwksUri,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [...new Set(keys.map((key) => key.algorithm))].sort(),
  });
  return { contentType: 'application/json', cacheControl: CACHE_CONTROL, body };
}

/** The public keys that verify service account tokens (RFC 7517). */
export async function jsonWebKeySet(keys: ServiceAccountKeys): Promise<OpenIdDocument> {
  const body = JSON.stringify({ keys: (await keys.verificationKeys()).map(jsonWebKey) });
  return { contentType: 'application/jwk-set+json', cacheControl: CACHE_CONTROL, body };
}

function jsonWebKey(key: VerificationKey): Record<string, unknown> {
  const { kty, crv, x, y, n, e } = key.publicKey.export({ format: 'jwk' });
  return { use: 'sig', kty, kid: key.id, crv, alg: key.algorithm, x, y, n, e };
}
