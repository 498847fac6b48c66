import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { UserInfo } from '../../apimachinery/user-info.js';
import { userInfo } from '../identities.js';
import { intersectAudiences, type AuthResult, type TokenAuthenticator } from './authenticator.js';

/**
 * Tokens of `--token-auth-file`: CSV lines `token,user,uid,"group1,group2"`
 * (Go: apiserver/pkg/authentication/token/tokenfile).
 */
export class TokenFile implements TokenAuthenticator {
  /** Keyed by HMAC under a key of this process, so that neither memory nor time tells a token. */
  private readonly users = new Map<string, { readonly digest: Buffer; readonly user: UserInfo }>();
  private readonly key = randomBytes(32);

  /** @param audiences for whom static tokens are good: the API server's own */
  constructor(
    tokens: Iterable<readonly [token: string, user: UserInfo]>,
    private readonly audiences: readonly string[],
  ) {
    for (const [token, user] of tokens) {
      const digest = this.digest(token);
      this.users.set(digest.toString('base64'), { digest, user });
    }
  }

  authenticateToken(token: string, audiences: readonly string[]): AuthResult | undefined {
    const digest = this.digest(token);
    const found = this.users.get(digest.toString('base64'));
    if (found === undefined || !timingSafeEqual(found.digest, digest)) return undefined;
    const common = intersectAudiences(this.audiences, audiences);
    return common.length === 0 ? undefined : { user: found.user, audiences: common };
  }

  private digest(token: string): Buffer {
    return createHmac('sha256', this.key).update(token).digest();
  }
}

/** The tokens of a CSV text; later lines win. Throws an Error that names the line. */
export function parseTokenFile(csv: string): [token: string, user: UserInfo][] {
  const tokens: [string, UserInfo][] = [];
  for (const { fields, line } of csvRecords(csv)) {
    if (fields.length < 3) {
      throw new Error(
        `token file line ${String(line)}: at least 3 columns (token, user name, user uid) are needed, found ${String(fields.length)}`,
      );
    }
    const [token = '', name = '', uid = '', groups] = fields;
    if (token === '') continue; // as the real server: an empty token never authenticates
    tokens.push([token, userInfo({ name, uid, groups: groups === undefined ? [] : groups.split(',') })]);
  }
  return tokens;
}

/** RFC 4180 records, empty lines skipped, as Go's encoding/csv reads them. */
function* csvRecords(csv: string): Generator<{ fields: string[]; line: number }> {
  let at = 0;
  let line = 1;
  while (at < csv.length) {
    const start = line;
    const end = lineEnd(csv, at);
    if (end.contents === at) {
      at = end.next;
      line++;
      continue;
    }
    const fields: string[] = [];
    for (;;) {
      if (csv[at] !== '"') {
        const stop = lineEnd(csv, at);
        const comma = csv.indexOf(',', at);
        const until = comma === -1 || comma > stop.contents ? stop.contents : comma;
        const field = csv.slice(at, until);
        if (field.includes('"')) throw new Error(`token file line ${String(line)}: bare " in non-quoted field`);
        fields.push(field);
        at = until;
      } else {
        let value = '';
        at++;
        for (;;) {
          const quote = csv.indexOf('"', at);
          if (quote === -1) throw new Error(`token file line ${String(line)}: extraneous or missing " in quoted field`);
          const part = csv.slice(at, quote);
          line += part.split('\n').length - 1;
          value += part;
          at = quote + 1;
          if (csv[at] !== '"') break;
          value += '"';
          at++;
        }
        fields.push(value.replace(/\r\n/g, '\n'));
        const stop = lineEnd(csv, at);
        if (csv[at] !== ',' && at !== stop.contents)
          throw new Error(`token file line ${String(line)}: extraneous or missing " in quoted field`);
      }
      if (csv[at] !== ',') break;
      at++;
    }
    at = lineEnd(csv, at).next;
    line++;
    yield { fields, line: start };
  }
}

function lineEnd(csv: string, from: number): { contents: number; next: number } {
  const newline = csv.indexOf('\n', from);
  if (newline === -1) return { contents: csv.length, next: csv.length };
  return { contents: newline > from && csv[newline - 1] === '\r' ? newline - 1 : newline, next: newline + 1 };
}
