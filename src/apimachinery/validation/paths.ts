import { invalid, required, type FieldError } from '../field-error.js';
import type { FieldPath } from '../field-path.js';
import { isDns1123Subdomain } from './dns.js';
import { isQualifiedName } from './labels.js';
import { regexMessage } from './messages.js';

const HTTP_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const HTTP_PATH_MESSAGE = regexMessage('Invalid path', HTTP_PATH);
const IS_HTTP_PATH = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/;

/** A DNS name, a slash and a path: `acme.io/foo`. */
export function isDomainPrefixedPath(path: FieldPath, value: string): FieldError[] {
  if (value === '') return [required(path)];
  const slash = value.indexOf('/');
  if (slash <= 0 || slash === value.length - 1) return [invalid(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  const host = value.slice(0, slash);
  const errors = isDns1123Subdomain(host).map((message) => invalid(path, host, message));
  const rest = value.slice(slash + 1);
  if (!IS_HTTP_PATH.test(rest)) errors.push(invalid(path, rest, HTTP_PATH_MESSAGE));
  return errors;
}

/** A label key that has a prefix: `acme.io/foo`. */
export function isDomainPrefixedKey(path: FieldPath, key: string): FieldError[] {
  if (key === '') return [required(path)];
  const messages = isQualifiedName(key);
  if (messages.length > 0) return messages.map((message) => invalid(path, key, message));
  return key.includes('/') ? [] : [invalid(path, key, 'must be a domain-prefixed key (such as "acme.io/foo")')];
}

/** What can be one segment of a URL's path, the least that every name must be. Length and emptiness aren't checked. */
export function isPathSegmentName(name: string): string[] {
  if (name === '.') return ["may not be '.'"];
  if (name === '..') return ["may not be '..'"];
  return isPathSegmentPrefix(name);
}

/** What can start a segment of a URL's path. */
export function isPathSegmentPrefix(name: string): string[] {
  const slash = name.includes('/');
  const percent = name.includes('%');
  if (!slash && !percent) return [];
  return [...(slash ? ["may not contain '/'"] : []), ...(percent ? ["may not contain '%'"] : [])];
}
