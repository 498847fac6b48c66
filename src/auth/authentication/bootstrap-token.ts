import { timingSafeEqual } from 'node:crypto';
import type { KubeObject } from '../../registry/object.js';
import { BOOTSTRAP_TOKEN_TYPE, bootstrapTokenLife } from '../../component-helpers/bootstrap-tokens.js';
import { userInfo } from '../identities.js';
import { intersectAudiences, type AuthResult, type Awaitable, type TokenAuthenticator } from './authenticator.js';
import { dependency } from './token-cache.js';
import { secretText, type SecretObject } from '../../component-helpers/secrets.js';

const TOKEN = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const EXTRA_GROUP = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;
const DEFAULT_GROUP = 'system:bootstrappers';

/**
 * `<id>.<secret>` tokens with which new nodes join, kept in Secrets
 * `kube-system/bootstrap-token-<id>` of type bootstrap.kubernetes.io/token
 * (Go: plugin/pkg/auth/authenticator/token/bootstrap).
 */
export class BootstrapTokens implements TokenAuthenticator {
  constructor(
    /** Reads a Secret of kube-system. */
    private readonly secret: (name: string) => Awaitable<KubeObject | undefined>,
    private readonly audiences: readonly string[],
    private readonly now: () => number,
  ) {}

  async authenticateToken(token: string, audiences: readonly string[]): Promise<AuthResult | undefined> {
    const [, id = '', secretPart = ''] = TOKEN.exec(token) ?? [];
    if (id === '') return undefined;
    const common = intersectAudiences(this.audiences, audiences);
    if (common.length === 0) return undefined;
    const secret = (await this.secret(`bootstrap-token-${id}`)) as SecretObject | undefined;
    if (secret === undefined || secret.metadata.deletionTimestamp !== undefined) return undefined;
    if (secret.type !== BOOTSTRAP_TOKEN_TYPE) return undefined;
    if (!sameText(secretText(secret, 'token-secret'), secretPart) || secretText(secret, 'token-id') !== id) return undefined;
    if (bootstrapTokenLife(secret, this.now()) === 0 || secretText(secret, 'usage-bootstrap-authentication') !== 'true') return undefined;
    const groups = groupsOf(secret);
    if (groups === undefined) return undefined;
    return {
      user: userInfo({ name: `system:bootstrap:${id}`, groups }),
      audiences: common,
      dependsOn: [dependency('secrets', 'kube-system', `bootstrap-token-${id}`)],
    };
  }
}

function sameText(expected: string, given: string): boolean {
  const left = Buffer.from(expected);
  const right = Buffer.from(given);
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Sorted, each once; undefined if one is not a group that bootstrap tokens may give. */
function groupsOf(secret: SecretObject): string[] | undefined {
  const extra = secretText(secret, 'auth-extra-groups');
  const groups = new Set([DEFAULT_GROUP]);
  if (extra !== '') {
    for (const group of extra.split(',')) {
      if (!EXTRA_GROUP.test(group)) return undefined;
      groups.add(group);
    }
  }
  return [...groups].sort();
}
