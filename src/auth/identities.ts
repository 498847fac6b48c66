import type { UserInfo } from '../apimachinery/user-info.js';
import { isDns1123Label, isSubdomain } from '../apimachinery/validation/dns.js';

/** Names of users and groups that the API server itself knows. */
export const ANONYMOUS_USER = 'system:anonymous';
export const GROUP_MASTERS = 'system:masters';
export const GROUP_NODES = 'system:nodes';
export const GROUP_AUTHENTICATED = 'system:authenticated';
export const GROUP_UNAUTHENTICATED = 'system:unauthenticated';

/** Key of `extra` that names the credential itself: `JTI=…` or `X509SHA256=…`. */
export const CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id';

/** The shared `extra` of users who have none. */
export const NO_EXTRA: Readonly<Record<string, readonly string[]>> = Object.freeze(
  Object.create(null) as Record<string, readonly string[]>,
);

/** Extra facts whose keys may come from a client. */
export function extraOf(entries: Iterable<readonly [string, readonly string[]]>): Readonly<Record<string, readonly string[]>> {
  const extra = Object.create(null) as Record<string, readonly string[]>;
  for (const [key, values] of entries) extra[key] = values;
  return extra;
}

/** A user with the defaults of what isn't given. */
export function userInfo(user: { name: string } & Partial<UserInfo>): UserInfo {
  return { name: user.name, uid: user.uid ?? '', groups: user.groups ?? [], extra: user.extra ?? NO_EXTRA };
}

/** The user with `system:authenticated`, unless it is anonymous or already says which it is (Go: group.AuthenticatedGroupAdder). */
export function asAuthenticated(user: UserInfo): UserInfo {
  if (user.name === ANONYMOUS_USER) return user;
  for (const group of user.groups) if (group === GROUP_AUTHENTICATED || group === GROUP_UNAUTHENTICATED) return user;
  return { ...user, groups: [...user.groups, GROUP_AUTHENTICATED] };
}

/** The user as authentication.k8s.io/v1 UserInfo; empty fields are left out, extra keys are sorted. */
export function userInfoJson(user: UserInfo): Record<string, unknown> {
  const json: Record<string, unknown> = {};
  if (user.name !== '') json['username'] = user.name;
  if (user.uid !== '') json['uid'] = user.uid;
  if (user.groups.length > 0) json['groups'] = [...user.groups];
  const keys = Object.keys(user.extra).sort();
  if (keys.length > 0) json['extra'] = extraOf(keys.map((key) => [key, [...(user.extra[key] ?? [])]]));
  return json;
}

const SERVICE_ACCOUNT_PREFIX = 'system:serviceaccount:';
export const GROUP_SERVICE_ACCOUNTS = 'system:serviceaccounts';

/** The user name of a service account. */
export function serviceAccountUsername(namespace: string, name: string): string {
  return `${SERVICE_ACCOUNT_PREFIX}${namespace}:${name}`;
}

/** The groups of every service account of a namespace. */
export function serviceAccountGroups(namespace: string): string[] {
  return [GROUP_SERVICE_ACCOUNTS, `${GROUP_SERVICE_ACCOUNTS}:${namespace}`];
}

/** Namespace and name in a service account's user name; undefined for other users (Go: serviceaccount.SplitUsername). */
export function parseServiceAccountUsername(username: string): { readonly namespace: string; readonly name: string } | undefined {
  if (!username.startsWith(SERVICE_ACCOUNT_PREFIX)) return undefined;
  const parts = username.slice(SERVICE_ACCOUNT_PREFIX.length).split(':');
  const [namespace = '', name = ''] = parts;
  if (parts.length !== 2 || isDns1123Label(namespace).length > 0 || !isSubdomain(name)) return undefined;
  return { namespace, name };
}

const NODE_PREFIX = 'system:node:';

/** The node in a kubelet's user name; undefined for other users. */
export function parseNodeUsername(username: string): string | undefined {
  if (!username.startsWith(NODE_PREFIX)) return undefined;
  const name = username.slice(NODE_PREFIX.length);
  return isSubdomain(name) ? name : undefined;
}
