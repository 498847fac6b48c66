import { isDns1035Label, isDns1123Label, isDns1123Subdomain } from './dns.js';
import { isPathSegmentName, isPathSegmentPrefix } from './paths.js';

/** Messages about a name; with `prefix` it is a generateName, to which characters will be added. */
export type ValidateName = (name: string, prefix: boolean) => string[];

/**
 * A trailing dash is fine where characters follow. Like the real server this
 * drops the character before the dash too.
 */
function maskTrailingDash(name: string): string {
  return name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;
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
