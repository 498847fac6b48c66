/**
 * Header values as Go reads and writes them: UTF-8. Node knows them as one
 * character a byte (Latin-1), and refuses to send any other.
 */

const BEYOND_ASCII = /[^\0-\x7f]/;

/** The text of a header value that Node received. */
export function receivedHeader(value: string): string {
  return BEYOND_ASCII.test(value) ? Buffer.from(value, 'latin1').toString('utf8') : value;
}

/** A text in the form in which Node sends it as a header value. It must hold no control characters. */
export function sentHeader(text: string): string {
  return BEYOND_ASCII.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}
