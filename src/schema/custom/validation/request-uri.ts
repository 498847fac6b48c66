import { parseAddress } from '../../../apimachinery/ip.js';

// eslint-disable-next-line no-control-regex -- Go refuses control characters
const CONTROL = /[\x00-\x1f\x7f]/;
const USER_INFO = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/;
const PORT = /^(?::[0-9]*)?$/;
/** ASCII that a host may hold unescaped. */
const HOST = /^[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"%\u0080-\u{10ffff}]*$/u;

/** An absolute URI or an absolute path (Go: url.ParseRequestURI). */
export function isRequestUri(text: string): boolean {
  if (text === '' || CONTROL.test(text)) return false;
  if (text === '*') return true;
  if (text.startsWith(':')) return false;
  const scheme = /^[A-Za-z][A-Za-z0-9+\-.]*:/.exec(text)?.[0] ?? '';
  let rest = text.slice(scheme.length);
  const query = rest.indexOf('?');
  if (query !== -1) rest = rest.slice(0, query);
  if (!rest.startsWith('/')) return scheme !== '';
  if (scheme !== '' && rest.startsWith('//')) {
    const slash = rest.indexOf('/', 2);
    const authority = slash === -1 ? rest.slice(2) : rest.slice(2, slash);
    rest = slash === -1 ? '' : rest.slice(slash);
    if (!isAuthority(authority, /^https?:$/i.test(scheme))) return false;
  }
  return isEscaped(rest);
}

function isAuthority(authority: string, http: boolean): boolean {
  const at = authority.lastIndexOf('@');
  if (!isHost(authority.slice(at + 1), http)) return false;
  if (at === -1) return true;
  const user = authority.slice(0, at);
  return USER_INFO.test(user) && isEscaped(user);
}

/** Several colons are let through for database URLs, which list hosts. */
function isHost(host: string, http: boolean): boolean {
  const open = host.lastIndexOf('[');
  if (open > 0) return false;
  if (open === 0) return isBracketed(host);
  const colon = http ? host.indexOf(':') : host.lastIndexOf(':');
  return (colon === -1 || PORT.test(host.slice(colon))) && isHostText(host);
}

/** `[2001:db8::1%25eth0]:443` */
function isBracketed(host: string): boolean {
  const close = host.lastIndexOf(']');
  if (close === -1 || !PORT.test(host.slice(close + 1))) return false;
  const inner = host.slice(1, close);
  const zone = inner.indexOf('%25');
  const address = zone === -1 ? inner : inner.slice(0, zone);
  const parsed = parseAddress(address);
  return (
    parsed?.v6 === true &&
    !parsed.leadingZeros &&
    isHostText(address) &&
    (zone === -1 || (inner.length > zone + 3 && isEscaped(inner.slice(zone))))
  );
}

/** Escapes in a host stand for bytes beyond ASCII only. */
function isHostText(host: string): boolean {
  return HOST.test(host) && isEscaped(host) && !/%[0-7](?!5)|%[013-7]5/.test(host);
}

/** Every `%` begins two hexadecimal digits. */
function isEscaped(text: string): boolean {
  return !/%(?![0-9a-fA-F]{2})/.test(text);
}
