import type { KubeObject } from '../../registry/object.js';
import { secretBytes, type SecretObject } from '../../component-helpers/secrets.js';
import { legacyClaims } from './claims.js';
import { signClaims } from './jwt.js';
import type { ServiceAccountKeys } from './signing-key.js';

/** The type of Secrets that hold a service account's token. */
export const TOKEN_SECRET_TYPE = 'kubernetes.io/service-account-token';
const NAME_ANNOTATION = 'kubernetes.io/service-account.name';
const UID_ANNOTATION = 'kubernetes.io/service-account.uid';

/** The service account that a token Secret asks for; undefined for other Secrets. */
export function tokenSecretAccount(secret: SecretObject): { readonly name: string; readonly uid: string | undefined } | undefined {
  const name = secret.metadata.annotations?.[NAME_ANNOTATION];
  if (secret.type !== TOKEN_SECRET_TYPE || !name) return undefined;
  const uid = secret.metadata.annotations?.[UID_ANNOTATION];
  return { name, uid: uid ? uid : undefined };
}

/** What to do with a token Secret. */
export type TokenSecretStep =
  { readonly action: 'none' } | { readonly action: 'delete' } | { readonly action: 'update'; readonly secret: SecretObject };

/**
 * What the controller `serviceaccount-token` does with a Secret (Go:
 * pkg/controller/serviceaccount.TokensController): it fills in the token,
 * `ca.crt` and `namespace`, and deletes the Secret when the account is gone or
 * another of the same name.
 * @param account the account of the name that the Secret asks for, if there is one
 */
export async function tokenSecretStep(
  secret: SecretObject,
  account: KubeObject | undefined,
  { keys, caPem }: { readonly keys: ServiceAccountKeys; readonly caPem: string | undefined },
): Promise<TokenSecretStep> {
  const wanted = tokenSecretAccount(secret);
  if (wanted === undefined) return { action: 'none' };
  if (account === undefined || (wanted.uid !== undefined && wanted.uid !== account.metadata.uid)) return { action: 'delete' };
  const { namespace = '', name = '' } = secret.metadata;
  const missing: Record<string, string> = {};
  if (caPem !== undefined && secretBytes(secret, 'ca.crt')?.toString() !== caPem) missing['ca.crt'] = caPem;
  if (isEmpty(secret, 'namespace')) missing['namespace'] = namespace;
  if (isEmpty(secret, 'token')) missing['token'] = signClaims(legacyClaims(account, name), await keys.signingKey());
  if (Object.keys(missing).length === 0) return { action: 'none' };
  const data: Record<string, string> = { ...secret.data };
  for (const [key, value] of Object.entries(missing)) data[key] = Buffer.from(value).toString('base64');
  const annotations = {
    ...secret.metadata.annotations,
    [NAME_ANNOTATION]: account.metadata.name ?? '',
    [UID_ANNOTATION]: account.metadata.uid ?? '',
  };
  return { action: 'update', secret: { ...secret, metadata: { ...secret.metadata, annotations }, data } };
}

function isEmpty(secret: SecretObject, key: string): boolean {
  return (secretBytes(secret, key)?.length ?? 0) === 0;
}
