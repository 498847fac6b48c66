import { extraOf, userInfo } from '../identities.js';
import { AuthenticationError, headerValues, type Authenticator, type AuthRequest, type AuthResult } from './authenticator.js';
import type { ClientCertificates } from './client-certificate.js';

export interface RequestHeaderOptions {
  /** Verifies the proxy's certificate against `--requestheader-client-ca-file`. */
  readonly proxies: ClientCertificates;
  /** `--requestheader-allowed-names`; none means any name. */
  readonly allowedNames?: readonly string[] | undefined;
  /** All in lower case; the first header that is there counts. */
  readonly usernameHeaders: readonly string[];
  readonly uidHeaders?: readonly string[] | undefined;
  readonly groupHeaders?: readonly string[] | undefined;
  readonly extraHeaderPrefixes?: readonly string[] | undefined;
}

/** kube-apiserver's usual names for these headers. */
export const REMOTE_HEADERS = {
  usernameHeaders: ['x-remote-user'],
  uidHeaders: ['x-remote-uid'],
  groupHeaders: ['x-remote-group'],
  extraHeaderPrefixes: ['x-remote-extra-'],
} as const;

/**
 * Believes a front proxy, known by its client certificate, who it says makes
 * the request (Go: apiserver/pkg/authentication/request/headerrequest).
 */
export class RequestHeaders implements Authenticator {
  constructor(private readonly options: RequestHeaderOptions) {}

  authenticate(request: AuthRequest): AuthResult | undefined {
    const name = firstHeader(request, this.options.usernameHeaders);
    if (name === undefined) return undefined;
    const proxy = this.options.proxies.authenticate(request);
    if (proxy === undefined) return undefined;
    const { allowedNames = [] } = this.options;
    if (allowedNames.length > 0 && !allowedNames.includes(proxy.user.name)) {
      throw new AuthenticationError(`x509: subject with cn=${proxy.user.name} is not in the allowed list`);
    }
    return {
      user: userInfo({
        name,
        uid: firstHeader(request, this.options.uidHeaders ?? []) ?? '',
        groups: (this.options.groupHeaders ?? []).flatMap((header) => headerValues(request, header)),
        extra: this.extra(request),
      }),
    };
  }

  private extra(request: AuthRequest): Readonly<Record<string, readonly string[]>> {
    const found = new Map<string, string[]>();
    for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
      const header = (request.rawHeaders[i] ?? '').toLowerCase();
      const prefix = this.options.extraHeaderPrefixes?.find((candidate) => header.startsWith(candidate));
      if (prefix === undefined) continue;
      const key = unescape(header.slice(prefix.length));
      const values = found.get(key) ?? [];
      values.push(request.rawHeaders[i + 1] ?? '');
      found.set(key, values);
    }
    return extraOf(found);
  }
}

function firstHeader(request: AuthRequest, names: readonly string[]): string | undefined {
  for (const name of names) {
    const [value] = headerValues(request, name);
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}

function unescape(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
