import { X509Certificate } from 'node:crypto';
import { invalid, required, type FieldError } from '../apimachinery/field-error.js';
import type { FieldPath } from '../apimachinery/field-path.js';
import { isDns1123Subdomain } from '../apimachinery/validation/dns.js';
import { isValidPortNum } from '../apimachinery/validation/identifiers.js';

/** Checks of a webhook's address, for all who call webhooks (Go: k8s.io/apiserver/pkg/util/webhook). */

const FORM = '; desired format: https://host[/path]';

/** Faults of a webhook's URL. */
export function webhookUrlErrors(text: string, path: FieldPath): FieldError[] {
  const parsed = parseUrl(text);
  if (typeof parsed === 'string') return [required(path, `url must be a valid URL: ${parsed}${FORM}`)];
  const errors: FieldError[] = [];
  if (parsed.scheme !== 'https') errors.push(invalid(path, parsed.scheme, `'https' is the only allowed URL scheme${FORM}`));
  if (parsed.host === '') errors.push(invalid(path, '', `host must be specified${FORM}`));
  if (parsed.user !== undefined) errors.push(invalid(path, parsed.user, 'user information is not permitted in the URL'));
  if (parsed.fragment !== '') errors.push(invalid(path, parsed.fragment, 'fragments are not permitted in the URL'));
  if (parsed.query !== '') errors.push(invalid(path, parsed.query, 'query parameters are not permitted in the URL'));
  return errors;
}

interface ParsedUrl {
  readonly scheme: string;
  readonly user: string | undefined;
  readonly host: string;
  readonly query: string;
  readonly fragment: string;
}

/** Splits a URL as Go's url.Parse does; a string is its complaint. */
function parseUrl(text: string): ParsedUrl | string {
  const problem = (why: string): string => `parse ${JSON.stringify(text)}: ${why}`;
  // eslint-disable-next-line no-control-regex -- Go refuses control characters
  if (/[\x00-\x1f\x7f]/.test(text)) return problem('net/url: invalid control character in URL');
  const hash = text.indexOf('#');
  const fragment = hash === -1 ? '' : text.slice(hash + 1);
  const plain = hash === -1 ? text : text.slice(0, hash);
  if (plain.startsWith(':')) return problem('missing protocol scheme');
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(plain)?.[1] ?? '';
  let rest = scheme === '' ? plain : plain.slice(scheme.length + 1);
  const mark = rest.indexOf('?');
  const query = mark === -1 ? '' : rest.slice(mark + 1);
  if (mark !== -1) rest = rest.slice(0, mark);
  if (scheme === '' && !rest.startsWith('/') && /^[^/]*:/.test(rest)) return problem('first path segment in URL cannot contain colon');
  const escape = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(rest)?.[0];
  if (escape !== undefined) return problem(`invalid URL escape ${JSON.stringify(escape)}`);
  const isRelative = !rest.startsWith('//') || (scheme === '' && rest.startsWith('///'));
  const authority = isRelative ? '' : (/^\/\/([^/]*)/.exec(rest)?.[1] ?? '');
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  if (host.startsWith('[') && !host.includes(']')) return problem("missing ']' in host");
  const invalidHost = /[ "\\^`{|}]/.exec(host)?.[0];
  if (invalidHost !== undefined) return problem(`invalid character ${JSON.stringify(invalidHost)} in host name`);
  const port = /:([^\]:]*)$/.exec(host)?.[1];
  if (port !== undefined && !/^[0-9]*$/.test(port)) return problem(`invalid port ${JSON.stringify(`:${port}`)} after host`);
  return { scheme: scheme.toLowerCase(), user: at === -1 ? undefined : authority.slice(0, at), host, query, fragment };
}

/** Faults of the service behind a webhook. */
export function webhookServiceErrors(
  namespace: string,
  name: string,
  servicePath: string | undefined,
  port: number,
  path: FieldPath,
): FieldError[] {
  const errors: FieldError[] = [];
  if (name === '') errors.push(required(path.child('name')));
  if (namespace === '') errors.push(required(path.child('namespace')));
  const messages = isValidPortNum(port);
  if (messages.length > 0) errors.push(invalid(path.child('port'), port, `port is not valid: ${messages.join(', ')}`));
  if (servicePath !== undefined) errors.push(...servicePathErrors(servicePath, path.child('path')));
  return errors;
}

function servicePathErrors(text: string, path: FieldPath): FieldError[] {
  if (text === '/' || text === '') return [];
  if (text === '//') return [invalid(path, text, 'segment[0] may not be empty')];
  const errors = text.startsWith('/') ? [] : [invalid(path, text, "must start with a '/'")];
  const segments = text.slice(1).replace(/\/$/, '').split('/');
  segments.forEach((segment, i) => {
    if (segment === '') errors.push(invalid(path, text, `segment[${String(i)}] may not be empty`));
    else for (const message of isDns1123Subdomain(segment)) errors.push(invalid(path, text, `segment[${String(i)}]: ${message}`));
  });
  return errors;
}

/** Faults of a bundle of CA certificates in base64. */
export function caBundleErrors(bundle: string, path: FieldPath): FieldError[] {
  const problem = bundle === '' ? undefined : caBundleProblem(Buffer.from(bundle, 'base64').toString('latin1'));
  return problem === undefined ? [] : [invalid(path, bundle, `unable to load root certificates: ${problem}`)];
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----\s*/g;

/** One good certificate is enough; otherwise the first fault is told. */
function caBundleProblem(text: string): string | undefined {
  const blocks = [...text.matchAll(BLOCK)];
  const certificates = blocks.filter(([, type]) => type === 'CERTIFICATE');
  if (certificates.some(([pem]) => isCertificate(pem))) return undefined;
  if (certificates.length > 0) return 'failed to parse certificate: x509: malformed certificate';
  return blocks.length === 0 ? 'unable to parse bytes as PEM block' : 'no valid certificate authority data seen';
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
