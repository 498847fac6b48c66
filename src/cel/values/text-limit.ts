import { CelError } from './value.js';

/** Characters that no text of an expression may exceed; reading more would cost more than an expression may. */
const MAX_LENGTH = 1 << 24;

/** What an expression gets that makes a text which is too long. */
const TOO_LONG = new CelError('operation cancelled: actual cost limit exceeded');

/** The error for a text of so many characters that shall not be made; undefined if it may. */
export function textTooLong(length: number): CelError | undefined {
  return length > MAX_LENGTH ? TOO_LONG : undefined;
}
