import { isDns1035Label, isDns1123Label, isDns1123Subdomain } from './dns.js';
import { isPathSegmentName, isPathSegmentPrefix } from './paths.js';

/** Messages about a name; with `prefix` it is a generateName, to which characters will be added. */
export type ValidateName = (name: string, prefix: boolean) => string[];

/**
 * A trailing dash is fine where characters follow. Like the real server this
 * drops the byte before the dash too (of a letter outside ASCII, only a part).
 */
function maskTrailingDash(name: string): string {
  if (name.length < 2 || !name.endsWith('-')) return name;
  return `${name.slice(0, name.charCodeAt(name.length - 2) < 0x80 ? -2 : -1)}a`;
}

/** The default: a DNS subdomain. */
export function nameIsDnsSubdomain(name: string, prefix: boolean): string[] {
  return isDns1123Subdomain(prefix ? maskTrailingDash(name) : name);
}

/** A DNS label, as for namespaces. */
export function nameIsDnsLabel(name: string, prefix: boolean): string[] {
  return isDns1123Label(prefix ? maskTrailingDash(name) : name);
}

/** A DNS label that starts with a letter, as for services. */
export function nameIsDns1035Label(name: string, prefix: boolean): string[] {
  return isDns1035Label(prefix ? maskTrailingDash(name) : name);
}

/** Anything that fits into a URL's path, as for roles. */
export function nameIsPathSegment(name: string, prefix: boolean): string[] {
  return prefix ? isPathSegmentPrefix(name) : isPathSegmentName(name);
}

export const validateNamespaceName: ValidateName = nameIsDnsLabel;
export const validateServiceAccountName: ValidateName = nameIsDnsSubdomain;
