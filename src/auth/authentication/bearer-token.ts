import type { AuthRequest } from './authenticator.js';

const EXTRA_SPACE = 'the provided Authorization header contains extra space before the bearer token, and is ignored';

/** What an Authorization header brings. */
export type BearerToken = { readonly token: string } | { readonly token: undefined; readonly warning?: string };

/**
 * Reads `Authorization: Bearer <token>`: the scheme minds no case, words after
 * the token don't count, and two spaces before it make it no token
 * (Go: apiserver/pkg/authentication/request/bearertoken).
 */
export function parseAuthorization(header: string): BearerToken {
  const text = header.trim();
  const space = text.indexOf(' ');
  if (space === -1 || text.slice(0, space).toLowerCase() !== 'bearer') return { token: undefined };
  const next = text.indexOf(' ', space + 1);
  const token = next === -1 ? text.slice(space + 1) : text.slice(space + 1, next);
  if (token !== '') return { token };
  return next === -1 ? { token: undefined } : { token: undefined, warning: EXTRA_SPACE };
}

/** The first Authorization header; node keeps only that one where several were sent. */
export function authorizationHeader(request: AuthRequest): string | undefined {
  return request.headers.authorization;
}
