/** Who a request acts as (Go: k8s.io/apiserver/pkg/authentication/user.Info). Never changed once made. */
export interface UserInfo {
  readonly name: string;
  /** Empty where the credential tells none. */
  readonly uid: string;
  readonly groups: readonly string[];
  /** Further facts by key. Keys may be any text: no prototype. */
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

const ANONYMOUS: UserInfo = Object.freeze({
  name: 'system:anonymous',
  uid: '',
  groups: Object.freeze(['system:unauthenticated']),
  extra: Object.freeze(Object.create(null) as Record<string, readonly string[]>),
});

/** The user of a request without credentials. */
export function anonymous(): UserInfo {
  return ANONYMOUS;
}
