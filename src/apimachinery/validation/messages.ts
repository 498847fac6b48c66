/**
 * The words that checks of strings and numbers share (Go:
 * k8s.io/apimachinery/pkg/util/validation and api/validate/content). A check
 * `isX(value)` returns messages; an empty list means valid.
 */

/** Bytes of a text in UTF-8, which is what the server counts. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text);
}

/** Whether a text has more than `max` bytes; counts them only if it is close. */
export function longerThan(text: string, max: number): boolean {
  if (text.length > max) return true;
  return text.length * 3 > max && byteLength(text) > max;
}

/** Too long, as the older checks say it: DNS names, keys, port names. */
export function maxLengthMessage(max: number): string {
  return `must be no more than ${String(max)} characters`;
}

/** Too long, as the newer checks say it: label keys and values. */
export function maxBytesMessage(max: number): string {
  return `must be no more than ${String(max)} bytes`;
}

export const EMPTY_MESSAGE = 'must be non-empty';

/** Not of a form that a regular expression describes. */
export function regexMessage(message: string, regex: string, ...examples: string[]): string {
  if (examples.length === 0) return `${message} (regex used for validation is '${regex}')`;
  const given = examples.map((example) => `'${example}', `).join(' or ');
  return `${message} (e.g. ${given}regex used for validation is '${regex}')`;
}

export function inclusiveRangeMessage(min: number, max: number): string {
  return `must be between ${String(min)} and ${String(max)}, inclusive`;
}

export const NEGATIVE_MESSAGE = 'must be greater than or equal to 0';
export const IMMUTABLE_MESSAGE = 'field is immutable';
