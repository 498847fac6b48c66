import { secretText, type SecretObject } from './secrets.js';

/** The type of Secrets of kube-system with whose tokens new nodes join. */
export const BOOTSTRAP_TOKEN_TYPE = 'bootstrap.kubernetes.io/token';

/** How long a bootstrap token is still good, in milliseconds: undefined for ever, 0 if it isn't (Go: cluster-bootstrap/util/secrets.GetExpiration). */
export function bootstrapTokenLife(secret: SecretObject, now: number): number | undefined {
  const text = secretText(secret, 'expiration');
  if (text === '') return undefined;
  const end = Date.parse(text);
  return Number.isNaN(end) ? 0 : Math.max(end - now, 0);
}
