import type { KubeObject, ObjectMeta } from '../../registry/object.js';
import { serviceAccountUsername } from '../identities.js';

/** Kubelets ask for this duration; their tokens live a year but are marked stale after it (KEP-1205). */
export const WARN_ONLY_EXPIRATION_SECONDS = 60 * 60 + 7;
export const EXTENDED_EXPIRATION_SECONDS = 365 * 24 * 60 * 60;

/** Name and uid of an object in a token. */
export interface ObjectReference {
  readonly name?: string | undefined;
  readonly uid?: string | undefined;
}

/** The `kubernetes.io` claim. */
export interface KubernetesClaim {
  readonly namespace?: string | undefined;
  readonly node?: ObjectReference | undefined;
  readonly pod?: ObjectReference | undefined;
  readonly secret?: ObjectReference | undefined;
  readonly serviceaccount?: ObjectReference | undefined;
  /** Seconds since the epoch. */
  readonly warnafter?: number | undefined;
}

/** The claims of a token that TokenRequest issues (RFC 7519, KEP-1205). Times are seconds since the epoch. */
export interface BoundClaims {
  readonly aud: readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly iss: string;
  readonly jti: string;
  readonly 'kubernetes.io': KubernetesClaim;
  readonly nbf: number;
  readonly sub: string;
}

export interface BoundClaimsOptions {
  readonly serviceAccount: KubeObject;
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
  /** Seconds after which the token counts as stale though it is still good. */
  readonly warnAfterSeconds?: number | undefined;
  readonly pod?: KubeObject | undefined;
  readonly secret?: KubeObject | undefined;
  /** What the token is bound to, or with `pod` the node it runs on. */
  readonly node?: { readonly metadata: Pick<ObjectMeta, 'name' | 'uid'> } | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** A UUID. */
  readonly id: string;
}

/** The claims of a token, keys in the order in which Go would write them (Go: pkg/serviceaccount.Claims). */
export function boundClaims(options: BoundClaimsOptions): BoundClaims {
  const { metadata } = options.serviceAccount;
  const issuedAt = Math.floor(options.now / 1000);
  return {
    aud: options.audiences,
    exp: issuedAt + options.expirationSeconds,
    iat: issuedAt,
    iss: options.issuer,
    jti: options.id,
    'kubernetes.io': {
      namespace: metadata.namespace,
      node: reference(options.node),
      pod: reference(options.pod),
      secret: reference(options.secret),
      serviceaccount: reference(options.serviceAccount),
      warnafter: options.warnAfterSeconds === undefined ? undefined : issuedAt + options.warnAfterSeconds,
    },
    nbf: issuedAt,
    sub: serviceAccountUsername(metadata.namespace ?? '', metadata.name ?? ''),
  };
}

function reference(object: { readonly metadata: Pick<ObjectMeta, 'name' | 'uid'> } | undefined): ObjectReference | undefined {
  if (object === undefined) return undefined;
  const { name, uid } = object.metadata;
  return { name: name === '' ? undefined : name, uid: uid === '' ? undefined : uid };
}

/** The issuer of tokens kept in Secrets of type kubernetes.io/service-account-token. */
export const LEGACY_ISSUER = 'kubernetes/serviceaccount';

const LEGACY_CLAIM = 'kubernetes.io/serviceaccount/';

/** The claims of a token that lives in a Secret: no expiry, no audience (Go: pkg/serviceaccount.LegacyClaims). */
export function legacyClaims(serviceAccount: KubeObject, secretName: string): Record<string, string> {
  const { namespace = '', name = '', uid = '' } = serviceAccount.metadata;
  return {
    iss: LEGACY_ISSUER,
    [`${LEGACY_CLAIM}namespace`]: namespace,
    [`${LEGACY_CLAIM}secret.name`]: secretName,
    [`${LEGACY_CLAIM}service-account.name`]: name,
    [`${LEGACY_CLAIM}service-account.uid`]: uid,
    sub: serviceAccountUsername(namespace, name),
  };
}

/** Claims of any token as parsed: nothing about them is certain yet. */
export type UntrustedClaims = Readonly<Record<string, unknown>>;

/** One text claim of a legacy token; empty if it isn't there. */
export function legacyClaim(
  claims: UntrustedClaims,
  name: 'namespace' | 'secret.name' | 'service-account.name' | 'service-account.uid',
): string {
  const value = claims[LEGACY_CLAIM + name];
  return typeof value === 'string' ? value : '';
}
