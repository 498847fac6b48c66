import { isPrint } from '../go-format.js';
import { ALPHANUMERIC, DASH, DIGIT, DOT, isWord, LETTERS, LOWER_ALPHANUMERIC, UNDERSCORE } from './characters.js';
import { DNS_SUBDOMAIN_MAX_LENGTH } from './dns.js';
import { EMPTY_MESSAGE, inclusiveRangeMessage, longerThan, maxLengthMessage, regexMessage } from './messages.js';

const C_IDENTIFIER_MESSAGE = regexMessage(
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'",
  '[A-Za-z_][A-Za-z0-9_]*',
  'my_name',
  'MY_NAME',
  'MyName',
);
const ENV_VAR_MESSAGE = regexMessage(
  "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit",
  '[-._a-zA-Z][-._a-zA-Z0-9]*',
  'my.env-name',
  'MY_ENV.NAME',
  'MyEnvName1',
);
const RELAXED_ENV_VAR_MESSAGE = "a valid environment variable name must consist only of printable ASCII characters other than '='";
const CONFIG_MAP_KEY_MESSAGE = regexMessage(
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  '[-._a-zA-Z0-9]+',
  'key.name',
  'KEY_NAME',
  'key-name',
);
const HTTP_HEADER_MESSAGE = regexMessage(
  "a valid HTTP header must consist of alphanumeric characters or '-'",
  '[-A-Za-z0-9]+',
  'X-Header-Name',
);
const PERCENT_MESSAGE = regexMessage("a valid percent string must be a numeric string followed by an ending '%'", '[0-9]+%', '1%', '93%');

/** An identifier of the language C; any length. */
export function isCIdentifier(value: string): string[] {
  const rest = ALPHANUMERIC | UNDERSCORE;
  return isWord(value, LETTERS | UNDERSCORE, rest, rest) ? [] : [C_IDENTIFIER_MESSAGE];
}

/** Forms that would lead out of a directory when used as a file's name. */
function directoryMessages(value: string): string[] {
  if (!value.startsWith('.')) return [];
  if (value === '.') return ["must not be '.'"];
  if (value === '..') return ["must not be '..'"];
  return value.startsWith('..') ? ["must not start with '..'"] : [];
}

const NAME = ALPHANUMERIC | DASH | UNDERSCORE | DOT;

/** The name of an environment variable in its strict form. */
export function isEnvVarName(value: string): string[] {
  const wellFormed = isWord(value, NAME & ~DIGIT, NAME, NAME);
  const directory = directoryMessages(value);
  return wellFormed ? directory : [ENV_VAR_MESSAGE, ...directory];
}

/** The name of an environment variable as pods may have it: printable ASCII without `=`. */
export function isRelaxedEnvVarName(value: string): string[] {
  if (value === '') return [`environment variable name ${EMPTY_MESSAGE}`];
  return /^[\x20-\x3c\x3e-\x7e]+$/.test(value) ? [] : [RELAXED_ENV_VAR_MESSAGE];
}

/** A key of a ConfigMap or Secret. */
export function isConfigMapKey(value: string): string[] {
  const directory = directoryMessages(value);
  const wellFormed = isWord(value, NAME, NAME, NAME);
  if (wellFormed && value.length <= DNS_SUBDOMAIN_MAX_LENGTH) return directory;
  const messages: string[] = [];
  if (longerThan(value, DNS_SUBDOMAIN_MAX_LENGTH)) messages.push(maxLengthMessage(DNS_SUBDOMAIN_MAX_LENGTH));
  if (!wellFormed) messages.push(CONFIG_MAP_KEY_MESSAGE);
  messages.push(...directory);
  return messages;
}

/** A name of an HTTP header, stricter than RFC 7230. */
export function isHttpHeaderName(value: string): string[] {
  const name = ALPHANUMERIC | DASH;
  return isWord(value, name, name, name) ? [] : [HTTP_HEADER_MESSAGE];
}

/** `93%`. */
export function isValidPercent(value: string): string[] {
  return /^[0-9]+%$/.test(value) ? [] : [PERCENT_MESSAGE];
}

/** An integer within bounds, both included. */
export function isInRange(value: number, min: number, max: number): string[] {
  return value >= min && value <= max ? [] : [inclusiveRangeMessage(min, max)];
}

/** A port that can be listened on: 1 to 65535. */
export function isValidPortNum(port: number): string[] {
  return isInRange(port, 1, 65535);
}

const MAX_ID = 2 ** 31 - 1;

/** A Unix group id. */
export function isValidGroupId(id: number): string[] {
  return isInRange(id, 0, MAX_ID);
}

/** A Unix user id. */
export function isValidUserId(id: number): string[] {
  return isInRange(id, 0, MAX_ID);
}

/** A service name of RFC 6335 in lower case, at most 15 characters. */
export function isValidPortName(port: string): string[] {
  const messages: string[] = [];
  const name = LOWER_ALPHANUMERIC | DASH;
  if (longerThan(port, 15)) messages.push(maxLengthMessage(15));
  if (!isWord(port, name, name, name)) messages.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(port)) messages.push('must contain at least one letter (a-z)');
  if (port.includes('--')) messages.push('must not contain consecutive hyphens');
  if (port.startsWith('-') || port.endsWith('-')) messages.push('must not begin or end with a hyphen');
  return messages;
}

const DECIMAL_MESSAGE = 'must be a valid decimal integer in canonical form';

/** `0`, `12` or `-7`: no plus sign, no leading zeros. */
export function isDecimalInteger(value: string): string[] {
  if (value === '') return [EMPTY_MESSAGE];
  return /^(?:0|-?[1-9][0-9]*)$/.test(value) ? [] : [DECIMAL_MESSAGE];
}

/** Every character that Go would not print, with its position in bytes. */
export function* unprintable(text: string): Iterable<{ readonly codePoint: number; readonly position: number }> {
  let position = 0;
  for (const character of text) {
    if (!isPrint(character)) yield { codePoint: character.codePointAt(0) ?? 0, position };
    position += Buffer.byteLength(character);
  }
}
