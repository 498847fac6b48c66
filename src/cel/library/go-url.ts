import { goQuote } from '../../apimachinery/field-error.js';
import { addressFault } from './netip-faults.js';

/** Why a text is no URL; the message is that of Go's net/url. */
export class UrlFault extends Error {}

export interface GoUrl {
  readonly scheme: string;
  readonly user: string;
  /** With the port, unescaped. */
  readonly host: string;
  /** Escaped. */
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
}

/** Go: url.ParseRequestURI for what is accepted, and url.Parse for the parts (a fragment is one). Throws UrlFault. */
export function parseRequestUrl(text: string): GoUrl {
  parse(text);
  const hash = text.indexOf('#');
  const url = parse(hash === -1 ? text : text.slice(0, hash));
  return { ...url, fragment: hash === -1 ? '' : text.slice(hash + 1) };
}

function parse(text: string): GoUrl {
  // eslint-disable-next-line no-control-regex -- Go refuses control characters
  if (/[\x00-\x1f\x7f]/.test(text)) throw new UrlFault('net/url: invalid control character in URL');
  if (text === '') throw new UrlFault('empty url');
  const nothing = { scheme: '', user: '', host: '', path: '', query: '', fragment: '' };
  if (text === '*') return { ...nothing, path: '*' };
  if (text.startsWith(':')) throw new UrlFault('missing protocol scheme');
  const [given = ''] = /^[A-Za-z][A-Za-z0-9+\-.]*:/.exec(text) ?? [];
  const scheme = given.slice(0, -1).toLowerCase();
  const [rest = '', ...queries] = text.slice(given.length).split('?');
  const query = queries.join('?');
  if (!rest.startsWith('/')) {
    if (scheme === '') throw new UrlFault('invalid URI for request');
    return { ...nothing, scheme, query };
  }
  if (scheme === '' || !rest.startsWith('//')) return { ...nothing, scheme, path: escapedPath(rest), query };
  const slash = rest.indexOf('/', 2);
  const authority = slash === -1 ? rest.slice(2) : rest.slice(2, slash);
  const { user, host } = parseAuthority(authority, scheme === 'http' || scheme === 'https');
  return { ...nothing, scheme, user, host, path: escapedPath(slash === -1 ? '' : rest.slice(slash)), query };
}

function parseAuthority(authority: string, isHttp: boolean): { user: string; host: string } {
  const at = authority.lastIndexOf('@');
  const host = parseHost(authority.slice(at + 1), isHttp);
  const user = at === -1 ? '' : authority.slice(0, at);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user)) throw new UrlFault('net/url: invalid userinfo');
  unescape(user);
  return { user, host };
}

function parseHost(host: string, isHttp: boolean): string {
  const open = host.lastIndexOf('[');
  if (open > 0) throw new UrlFault('invalid IP-literal');
  if (open === 0) return parseBracketed(host);
  const colon = isHttp ? host.indexOf(':') : host.lastIndexOf(':');
  if (colon !== -1) checkPort(host.slice(colon));
  return unescapeHost(host);
}

function parseBracketed(host: string): string {
  const close = host.lastIndexOf(']');
  if (close === -1) throw new UrlFault("missing ']' in host");
  checkPort(host.slice(close + 1));
  const inner = host.slice(1, close);
  const zone = inner.indexOf('%25');
  const name = zone === -1 ? unescapeHost(inner) : unescapeHost(inner.slice(0, zone)) + unescape(inner.slice(zone));
  const fault = addressFault(name);
  if (fault !== undefined) throw new UrlFault(`invalid host: ParseAddr(${goQuote(name)}): ${fault}`);
  if (!name.includes(':')) throw new UrlFault('invalid IP-literal');
  return `[${name}]${host.slice(close + 1)}`;
}

function checkPort(port: string): void {
  if (!/^(?::[0-9]*)?$/.test(port)) throw new UrlFault(`invalid port ${goQuote(port)} after host`);
}

/** Escapes in a host stand for bytes beyond ASCII only, and for `%` itself. */
function unescapeHost(host: string): string {
  const [odd] = /%[0-7](?!5)[0-9a-fA-F]|%[013-7]5/.exec(host) ?? [];
  if (odd !== undefined) throw new UrlFault(`invalid URL escape ${goQuote(odd)}`);
  const name = unescape(host);
  const [wrong] = /[\x20#/?@\\^`{|}]/.exec(host) ?? [];
  if (wrong !== undefined) throw new UrlFault(`invalid character ${goQuote(wrong)} in host name`);
  return name;
}

function unescape(text: string): string {
  const [wrong] = /%(?![0-9a-fA-F]{2}).{0,2}/su.exec(text) ?? [];
  if (wrong !== undefined) throw new UrlFault(`invalid URL escape ${goQuote(wrong)}`);
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString());
}

/** As it was written where that is a valid encoding, else escaped anew (Go: URL.EscapedPath). */
function escapedPath(path: string): string {
  const plain = unescape(path);
  if (/^[A-Za-z0-9\-_.~!$&'()*+,;=:@[\]/%]*$/.test(path)) return path;
  return plain.replace(/[^A-Za-z0-9\-_.~$&+:=@/]/gu, (character) =>
    Array.from(Buffer.from(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}
