import type { X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { aggregateText } from '../aggregate.js';
import type { UserInfo } from '../../apimachinery/user-info.js';

/** What came over the wire and may prove an identity. */
export interface AuthRequest {
  /** As node:http and node:http2 give them: names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** `[name, value, name, value, …]` as received, for headers that may come several times. */
  readonly rawHeaders: readonly string[];
  /** The URL's path. */
  readonly path: string;
  /** The TLS socket; one object per connection. Absent over plain HTTP. */
  readonly connection?: PeerConnection | undefined;
  /** Adds a Warning header to the answer. */
  warn(text: string): void;
  /** Adds a note to the audit event. */
  annotate(key: string, value: string): void;
}

/** The part of tls.TLSSocket that authentication needs. */
export interface PeerConnection {
  getPeerX509Certificate(): X509Certificate | undefined;
}

/** A recognised credential. */
export interface AuthResult {
  readonly user: UserInfo;
  /** For whom the credential is good; absent where it doesn't say. */
  readonly audiences?: readonly string[] | undefined;
  /** Milliseconds since the epoch after which the result must not be reused. */
  readonly expiresAt?: number | undefined;
  /** Replayed on every request that reuses the result. */
  readonly warnings?: readonly string[] | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** Objects on whose existence the result rests; see TokenCache.forget. */
  readonly dependsOn?: readonly string[] | undefined;
}

/** A value now, or later where storage or cryptography must be asked. */
export type Awaitable<T> = T | Promise<T>;

/**
 * Recognises one kind of credential. `undefined` means «not my kind»; a
 * credential of its kind that is no good throws an AuthenticationError.
 */
export interface Authenticator {
  authenticate(request: AuthRequest): Awaitable<AuthResult | undefined>;
}

/** Recognises one kind of bearer token, for these audiences. */
export interface TokenAuthenticator {
  authenticateToken(token: string, audiences: readonly string[]): Awaitable<AuthResult | undefined>;
}

/** Why credentials were refused. Goes to logs and TokenReviews; clients get a plain 401. */
export class AuthenticationError extends Error {
  override readonly name = 'AuthenticationError';
  readonly reasons: readonly string[];

  constructor(...reasons: readonly string[]) {
    super(aggregateText(reasons));
    this.reasons = reasons;
  }
}

/** The values common to both, in the order asked for (Go: authenticator.Audiences.Intersect). */
export function intersectAudiences(own: readonly string[], asked: readonly string[]): string[] {
  return asked.filter((audience) => own.includes(audience));
}

/** All values of a header in the order received; `name` in lower case. */
export function headerValues(request: Pick<AuthRequest, 'rawHeaders'>, name: string): string[] {
  const values: string[] = [];
  const raw = request.rawHeaders;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (raw[i]?.length === name.length && raw[i]?.toLowerCase() === name) values.push(raw[i + 1] ?? '');
  }
  return values;
}
