import { unauthorized } from '../../apimachinery/status.js';
import { anonymous, type UserInfo } from '../../apimachinery/user-info.js';
import { asAuthenticated } from '../identities.js';
import {
  AuthenticationError,
  type Authenticator,
  type AuthRequest,
  type AuthResult,
  type Awaitable,
  type TokenAuthenticator,
} from './authenticator.js';
import { authorizationHeader, parseAuthorization } from './bearer-token.js';
import { TokenCache } from './token-cache.js';
import { webSocketToken } from './websocket-token.js';

const INVALID_TOKEN = 'invalid bearer token';

export interface AuthenticationOptions {
  /** Asked before any token is looked at, in this order: front proxy, client certificates. */
  readonly authenticators?: readonly Authenticator[] | undefined;
  /** Asked in this order: token file, service accounts, bootstrap tokens. */
  readonly tokens?: readonly TokenAuthenticator[] | undefined;
  /** Who makes requests without credentials; on by default. `paths` restricts where. */
  readonly anonymous?: { readonly enabled: boolean; readonly paths?: readonly string[] | undefined } | undefined;
  /** The API server's audiences; by default its issuer. */
  readonly audiences: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told why credentials were refused; clients only see 401. */
  readonly onRefused?: ((error: AuthenticationError) => void) | undefined;
}

/**
 * Who makes a request (Go: pkg/kubeapiserver/authenticator and the filter
 * WithAuthentication). Bad credentials are 401 even where anonymous users may
 * go, but any good one outweighs them.
 */
export class Authentication {
  /** Wiring calls `cache.forget` when a service account, pod, secret or node goes or a secret changes. */
  readonly cache: TokenCache;
  private readonly anonymousPaths: ReadonlySet<string> | undefined;

  constructor(private readonly options: AuthenticationOptions) {
    this.cache = new TokenCache(options.now);
    const paths = options.anonymous?.paths;
    this.anonymousPaths = paths === undefined || paths.length === 0 ? undefined : new Set(paths);
  }

  /** Throws the 401 StatusError. Answers at once for connections and tokens seen before. */
  authenticate(request: AuthRequest): Awaitable<UserInfo> {
    const { authenticators = [] } = this.options;
    const reasons: string[] = [];
    for (let i = 0; i < authenticators.length; i++) {
      const authenticator = authenticators[i];
      if (authenticator === undefined) continue;
      try {
        const outcome = authenticator.authenticate(request);
        if (outcome instanceof Promise) return this.slowly(outcome, request, i + 1, reasons);
        if (outcome !== undefined) return accept(outcome, request);
      } catch (error) {
        reasons.push(...reasonsOf(error));
      }
    }
    return this.byToken(request, reasons);
  }

  /** What a TokenReview learns; throws AuthenticationError with the text that goes into its status. */
  async review(token: string, audiences: readonly string[]): Promise<AuthResult> {
    // The API server's own loopback token is tried first, hence the first reason.
    const reasons = [INVALID_TOKEN];
    const parsed = parseAuthorization(`Bearer ${token}`);
    if (parsed.token === undefined) return { user: anonymous(), audiences };
    const result = await this.askAll(parsed.token, audiences, reasons);
    if (result === undefined) throw new AuthenticationError(...reasons);
    return { ...result, user: asAuthenticated(result.user) };
  }

  private async slowly(first: Promise<AuthResult | undefined>, request: AuthRequest, next: number, reasons: string[]): Promise<UserInfo> {
    const { authenticators = [] } = this.options;
    let outcome: Awaitable<AuthResult | undefined> = first;
    for (let i = next; ; i++) {
      try {
        const result = await outcome;
        if (result !== undefined) return accept(result, request);
      } catch (error) {
        reasons.push(...reasonsOf(error));
      }
      const authenticator = authenticators[i];
      if (authenticator === undefined) return this.byToken(request, reasons);
      outcome = attempt(authenticator, request);
    }
  }

  private byToken(request: AuthRequest, reasons: string[]): Awaitable<UserInfo> {
    const header = authorizationHeader(request);
    if (header !== undefined) {
      const known = this.cache.get(header);
      if (known !== undefined) return accept(known, request);
    }
    const parsed = header === undefined ? undefined : parseAuthorization(header);
    let fromWebSocket: string | undefined;
    if (request.headers.upgrade !== undefined) {
      try {
        fromWebSocket = webSocketToken(request);
      } catch (error) {
        reasons.push(...reasonsOf(error));
      }
    }
    if (parsed?.token === undefined && fromWebSocket === undefined) {
      if (parsed?.warning !== undefined) request.warn(parsed.warning);
      return this.withoutCredentials(request, reasons);
    }
    return this.verify(request, header, parsed?.token, fromWebSocket, reasons);
  }

  private async verify(
    request: AuthRequest,
    header: string | undefined,
    fromHeader: string | undefined,
    fromWebSocket: string | undefined,
    reasons: string[],
  ): Promise<UserInfo> {
    const { audiences } = this.options;
    const { generation } = this.cache;
    for (const token of [fromHeader, fromWebSocket]) {
      if (token === undefined) continue;
      const result = await this.askAll(token, audiences, reasons);
      if (result === undefined) continue;
      const known = { ...result, user: asAuthenticated(result.user) };
      if (token === fromHeader && header !== undefined) this.cache.set(header, known, generation);
      return accept(known, request);
    }
    return this.withoutCredentials(request, reasons);
  }

  private async askAll(token: string, audiences: readonly string[], reasons: string[]): Promise<AuthResult | undefined> {
    let refused = false;
    for (const authenticator of this.options.tokens ?? []) {
      try {
        const result = await authenticator.authenticateToken(token, audiences);
        if (result !== undefined) return result;
      } catch (error) {
        refused = true;
        reasons.push(...reasonsOf(error));
      }
    }
    if (!refused) reasons.push(INVALID_TOKEN);
    return undefined;
  }

  private withoutCredentials(request: AuthRequest, reasons: readonly string[]): UserInfo {
    if (reasons.length > 0) {
      this.options.onRefused?.(new AuthenticationError(...reasons));
      throw unauthorized();
    }
    if (this.options.anonymous?.enabled === false) throw unauthorized();
    if (this.anonymousPaths !== undefined && !this.anonymousPaths.has(request.path)) throw unauthorized();
    return anonymous();
  }
}

/** Users by the results that stand for them, so that one credential always yields the same object. */
const authenticated = new WeakMap<UserInfo, UserInfo>();

function accept(result: AuthResult, request: AuthRequest): UserInfo {
  for (const text of result.warnings ?? []) request.warn(text);
  if (result.annotations !== undefined) for (const [key, value] of Object.entries(result.annotations)) request.annotate(key, value);
  let user = authenticated.get(result.user);
  if (user === undefined) {
    user = asAuthenticated(result.user);
    authenticated.set(result.user, user);
  }
  return user;
}

async function attempt(authenticator: Authenticator, request: AuthRequest): Promise<AuthResult | undefined> {
  return authenticator.authenticate(request);
}

/** Other errors are faults of ours, not of the credentials: they pass on. */
function reasonsOf(error: unknown): readonly string[] {
  if (error instanceof AuthenticationError) return error.reasons;
  throw error;
}
