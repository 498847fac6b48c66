import { invalid, type FieldError } from '../field-error.js';
import type { FieldPath } from '../field-path.js';
import { ALPHANUMERIC, DASH, DOT, isDotted, isWord, LOWER_ALPHANUMERIC, UNDERSCORE } from './characters.js';
import { DNS_SUBDOMAIN_MAX_LENGTH, isSubdomain, SUBDOMAIN_FORM_MESSAGE } from './dns.js';
import { EMPTY_MESSAGE, longerThan, maxBytesMessage, regexMessage } from './messages.js';

/** The longest name part of a label key, and the longest label value. Bytes. */
export const LABEL_MAX_LENGTH = 63;

const INNER = ALPHANUMERIC | DASH | UNDERSCORE | DOT;
const KEY = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const KEY_MESSAGE = regexMessage(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  KEY,
  'MyName',
  'my.name',
  '123-abc',
);
const VALUE_MESSAGE = regexMessage(
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  `(${KEY})?`,
  'MyValue',
  'my_value',
  '12345',
);

/** Whether a text is a label key, without saying what is wrong with it. */
export function isLabelKey(value: string): boolean {
  const slash = value.indexOf('/');
  if (slash !== -1 && !isSubdomain(value, 0, slash)) return false;
  return value.length - slash - 1 <= LABEL_MAX_LENGTH && isWord(value, ALPHANUMERIC, INNER, ALPHANUMERIC, slash + 1);
}

/** Whether a text is a label value, without saying what is wrong with it. */
export function isLabelValue(value: string): boolean {
  return value === '' || (value.length <= LABEL_MAX_LENGTH && isWord(value, ALPHANUMERIC, INNER, ALPHANUMERIC));
}

/** A name with an optional DNS prefix: label keys, annotation keys, finalizers (Go: IsQualifiedName). */
export function isQualifiedName(value: string): string[] {
  if (isLabelKey(value)) return [];
  const messages: string[] = [];
  const slash = value.indexOf('/');
  if (slash !== -1 && value.indexOf('/', slash + 1) !== -1) {
    return [`a valid label key ${KEY_MESSAGE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  if (slash === 0) messages.push(`prefix part ${EMPTY_MESSAGE}`);
  else if (slash !== -1) {
    const prefix = value.slice(0, slash);
    if (longerThan(prefix, DNS_SUBDOMAIN_MAX_LENGTH)) messages.push(`prefix part ${maxBytesMessage(DNS_SUBDOMAIN_MAX_LENGTH)}`);
    if (!isDotted(prefix, LOWER_ALPHANUMERIC)) messages.push(`prefix part ${SUBDOMAIN_FORM_MESSAGE}`);
  }
  const name = value.slice(slash + 1);
  if (name === '') messages.push(`name part ${EMPTY_MESSAGE}`);
  else if (longerThan(name, LABEL_MAX_LENGTH)) messages.push(`name part ${maxBytesMessage(LABEL_MAX_LENGTH)}`);
  if (!isWord(name, ALPHANUMERIC, INNER, ALPHANUMERIC)) messages.push(`name part ${KEY_MESSAGE}`);
  return messages;
}

/** A label's value: empty, or a word of at most 63 bytes. */
export function isValidLabelValue(value: string): string[] {
  if (isLabelValue(value)) return [];
  const messages: string[] = [];
  if (longerThan(value, LABEL_MAX_LENGTH)) messages.push(maxBytesMessage(LABEL_MAX_LENGTH));
  if (!isWord(value, ALPHANUMERIC, INNER, ALPHANUMERIC)) messages.push(VALUE_MESSAGE);
  return messages;
}

/** Faults of one label key. */
export function validateLabelName(key: string, path: FieldPath): FieldError[] {
  return isQualifiedName(key).map((message) => invalid(path, key, message));
}

/** Faults of a set of labels, all reported at `path` itself. */
export function validateLabels(labels: Readonly<Record<string, string>> | undefined, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (const key in labels) {
    const value = labels[key] ?? '';
    if (isLabelKey(key) && isLabelValue(value)) continue;
    errors.push(...validateLabelName(key, path));
    for (const message of isValidLabelValue(value)) errors.push(invalid(path, value, message));
  }
  return errors;
}
