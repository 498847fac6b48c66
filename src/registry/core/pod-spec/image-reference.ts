import { ALPHANUMERIC, isDotted, isWord, DASH } from '../../../apimachinery/validation/characters.js';

/**
 * The tag of an image's name: `latest` if it has neither tag nor digest, empty
 * if only a digest or if the name is malformed (Go: parsers.ParseImageName on
 * github.com/distribution/reference).
 */
export function imageTag(image: string): string {
  if (IDENTIFIER.test(image)) return '';
  const { domain, remainder } = splitDomain(image);
  const colon = remainder.indexOf(':');
  const remote = colon < 0 ? remainder : remainder.slice(0, colon);
  if (remote.toLowerCase() !== remote) return '';

  const at = remainder.indexOf('@');
  const digest = at < 0 ? undefined : remainder.slice(at + 1);
  if (digest !== undefined && !isDigest(digest)) return '';
  const named = at < 0 ? remainder : remainder.slice(0, at);
  const separator = named.indexOf(':', named.lastIndexOf('/') + 1);
  const tag = separator < 0 ? undefined : named.slice(separator + 1);
  if (tag !== undefined && !TAG.test(tag)) return '';
  if (!isRepository(domain, separator < 0 ? named : named.slice(0, separator))) return '';
  return tag ?? (digest === undefined ? 'latest' : '');
}

/** What is pulled anew at each start: images whose tag moves. */
export function pullPolicyFor(image: string): 'Always' | 'IfNotPresent' {
  return imageTag(image) === 'latest' ? 'Always' : 'IfNotPresent';
}

const IDENTIFIER = /^[a-f0-9]{64}$/;
const TAG = /^[\w][\w.-]{0,127}$/;
const DIGEST = /^(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})$/;
const MAX_PATH = 255;
const HUB = 'docker.io';

function isDigest(text: string): boolean {
  return DIGEST.test(text);
}

/** The first part counts as a host if it looks like one; short names are the hub's. */
function splitDomain(name: string): { readonly domain: string; readonly remainder: string } {
  const slash = name.indexOf('/');
  if (slash < 0) return { domain: HUB, remainder: `library/${name}` };
  const first = name.slice(0, slash);
  let domain = HUB;
  let remainder = name;
  if (first === 'localhost' || /[.:]/.test(first) || first.toLowerCase() !== first) {
    domain = first === 'index.docker.io' ? HUB : first;
    remainder = name.slice(slash + 1);
  }
  if (domain === HUB && !remainder.includes('/')) remainder = `library/${remainder}`;
  return { domain, remainder };
}

function isRepository(domain: string, path: string): boolean {
  const full = isHost(domain) ? path : `${domain}/${path}`;
  return full.length <= MAX_PATH && full.split('/').every(isPathComponent);
}

/** Lower-case words joined by `.`, `_`, `__` or dashes. */
function isPathComponent(text: string): boolean {
  return /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/.test(text);
}

/** A name or an IPv6 address in brackets, with or without a port. */
function isHost(text: string): boolean {
  const close = text.startsWith('[') ? text.indexOf(']') : -1;
  if (close > 0) return /^[a-fA-F0-9:]+$/.test(text.slice(1, close)) && /^(?::[0-9]+)?$/.test(text.slice(close + 1));
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  if (colon >= 0 && !/^[0-9]+$/.test(text.slice(colon + 1))) return false;
  return isDotted(name, ALPHANUMERIC) && name.split('.').every((part) => isWord(part, ALPHANUMERIC, ALPHANUMERIC | DASH, ALPHANUMERIC));
}
