import type { ServiceAccountKeys, VerificationKey } from './signing-key.js';

/** Paths of the issuer's metadata (OpenID Connect Discovery 1.0), below the API server's root. */
export const OPENID_CONFIGURATION_PATH = '/.well-known/openid-configuration';
export const JWKS_PATH = '/openid/v1/jwks';

/** Both documents may be cached for an hour. */
export const OPENID_CACHE_CONTROL = 'public, max-age=3600';

/** The media type of the key set; the configuration is plain JSON. */
export const JWKS_CONTENT_TYPE = 'application/jwk-set+json';

export interface OpenIdOptions {
  readonly issuer: string;
  /** `--service-account-jwks-uri`, or `https://<address>:<port>/openid/v1/jwks`. */
  readonly jwksUri: string;
  readonly keys: ServiceAccountKeys;
}

/** The discovery document of the service account issuer. */
export async function openIdConfiguration(options: OpenIdOptions): Promise<Record<string, unknown>> {
  const keys = await options.keys.verificationKeys();
  return {
    issuer: options.issuer,
    jwks_uri: options.jwksUri,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [...new Set(keys.map((key) => key.algorithm))].sort(),
  };
}

/** The public keys that verify service account tokens (RFC 7517). */
export async function jsonWebKeySet(keys: ServiceAccountKeys): Promise<{ readonly keys: readonly Record<string, unknown>[] }> {
  return { keys: (await keys.verificationKeys()).map(jsonWebKey) };
}

function jsonWebKey(key: VerificationKey): Record<string, unknown> {
  const { kty, crv, x, y, n, e } = key.publicKey.export({ format: 'jwk' });
  return { use: 'sig', kty, kid: key.id, crv, alg: key.algorithm, x, y, n, e };
}
