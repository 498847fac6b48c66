import { invalid, required, type FieldError } from '../field-error.js';
import type { FieldPath } from '../field-path.js';
import { ALPHANUMERIC, DASH, isDotted, isWord, LOWER, LOWER_ALPHANUMERIC } from './characters.js';
import { longerThan, maxBytesMessage, maxLengthMessage, regexMessage } from './messages.js';

/** The longest label of a DNS name (RFC 1123, RFC 1035). */
export const DNS_LABEL_MAX_LENGTH = 63;
/** The longest DNS name (RFC 1123). */
export const DNS_SUBDOMAIN_MAX_LENGTH = 253;

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const LABEL_WITH_UNDERSCORE = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const SUBDOMAIN_WITH_UNDERSCORE = `${LABEL_WITH_UNDERSCORE}(\\.${LABEL_WITH_UNDERSCORE})*`;
const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';

const LABEL_MESSAGE = regexMessage(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  LABEL,
  'my-name',
  '123-abc',
);
const SUBDOMAIN_MESSAGE = regexMessage(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  SUBDOMAIN,
  'example.com',
);
const CASELESS_MESSAGE = regexMessage(
  "an RFC 1123 subdomain must consist of alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  SUBDOMAIN,
  'Example.com',
);
const UNDERSCORE_MESSAGE = regexMessage(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
  SUBDOMAIN_WITH_UNDERSCORE,
  'example.com',
);
const LABEL_1035_MESSAGE = regexMessage(
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  LABEL_1035,
  'my-name',
  'abc-123',
);
const WILDCARD_MESSAGE = regexMessage(
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  `\\*\\.${SUBDOMAIN}`,
  '*.example.com',
);

/** The complaints about a value: its length first, then its form. */
function check(value: string, max: number, wellFormed: boolean, message: string): string[] {
  const tooLong = longerThan(value, max);
  if (wellFormed) return tooLong ? [maxLengthMessage(max)] : [];
  return tooLong ? [maxLengthMessage(max), message] : [message];
}

/** A label of RFC 1123: `my-name`, `123-abc`. */
export function isDns1123Label(value: string): string[] {
  const wellFormed = isWord(value, LOWER_ALPHANUMERIC, LOWER_ALPHANUMERIC | DASH, LOWER_ALPHANUMERIC);
  if (wellFormed && value.length <= DNS_LABEL_MAX_LENGTH) return [];
  const message = !wellFormed && isDotted(value, LOWER_ALPHANUMERIC) ? 'must not contain dots' : LABEL_MESSAGE;
  return check(value, DNS_LABEL_MAX_LENGTH, wellFormed, message);
}

/** A name of RFC 1123 in lower case: `example.com`. */
export function isDns1123Subdomain(value: string): string[] {
  return check(value, DNS_SUBDOMAIN_MAX_LENGTH, isDotted(value, LOWER_ALPHANUMERIC), SUBDOMAIN_MESSAGE);
}

/** A name of RFC 1123 in which capitals are let through: `Example.com`. */
export function isDns1123SubdomainCaseless(value: string): string[] {
  const messages: string[] = [];
  if (longerThan(value, DNS_SUBDOMAIN_MAX_LENGTH)) messages.push(maxBytesMessage(DNS_SUBDOMAIN_MAX_LENGTH));
  if (!isDotted(value, ALPHANUMERIC)) messages.push(CASELESS_MESSAGE);
  return messages;
}

/** A name in which labels may start with and contain underscores, as search domains and SRV records do. */
export function isDns1123SubdomainWithUnderscore(value: string): string[] {
  return check(
    value,
    DNS_SUBDOMAIN_MAX_LENGTH,
    /^_?[a-z0-9]+(?:[-_]+[a-z0-9]+)*(?:\._?[a-z0-9]+(?:[-_]+[a-z0-9]+)*)*$/.test(value),
    UNDERSCORE_MESSAGE,
  );
}

/** A label of RFC 1035, which starts with a letter: `my-name`, `abc-123`. */
export function isDns1035Label(value: string): string[] {
  return check(value, DNS_LABEL_MAX_LENGTH, isWord(value, LOWER, LOWER_ALPHANUMERIC | DASH, LOWER_ALPHANUMERIC), LABEL_1035_MESSAGE);
}

/** `*.` and a DNS name (RFC 1034, section 4.3.3). */
export function isWildcardDns1123Subdomain(value: string): string[] {
  return check(value, DNS_SUBDOMAIN_MAX_LENGTH, value.startsWith('*.') && isDotted(value, LOWER_ALPHANUMERIC, 2), WILDCARD_MESSAGE);
}

/** A DNS name of at least three labels, without a dot at the end. */
export function isFullyQualifiedName(path: FieldPath, name: string): FieldError[] {
  if (name === '') return [required(path)];
  const messages = isDns1123Subdomain(name);
  if (messages.length > 0) return [invalid(path, name, messages.join(','))];
  if (name.split('.').length < 3) return [invalid(path, name, 'should be a domain with at least three segments separated by dots')];
  return [];
}

/** A DNS name of at least two labels; a dot may follow. */
export function isFullyQualifiedDomainName(path: FieldPath, name: string): FieldError[] {
  if (name === '') return [required(path)];
  const domain = name.endsWith('.') ? name.slice(0, -1) : name;
  const messages = isDns1123Subdomain(domain);
  if (messages.length > 0) return [invalid(path, domain, messages.join(','))];
  const labels = domain.split('.');
  if (labels.length < 2) return [invalid(path, domain, 'should be a domain with at least two segments separated by dots')];
  for (const label of labels) {
    const faults = isDns1123Label(label);
    if (faults.length > 0) return [invalid(path, label, faults.join(','))];
  }
  return [];
}

/** Whether a part of a text is a DNS subdomain, without saying what is wrong with it. */
export function isSubdomain(value: string, from = 0, to = value.length): boolean {
  return to - from <= DNS_SUBDOMAIN_MAX_LENGTH && isDotted(value, LOWER_ALPHANUMERIC, from, to);
}

/** What is said of a text that has not the form of a DNS subdomain. */
export const SUBDOMAIN_FORM_MESSAGE = SUBDOMAIN_MESSAGE;
