import { NumberLiteral } from './json-literal.js';
import { textOf } from './json.js';
import { YamlError } from './yaml-error.js';
import type { ScalarNode } from './yaml-node.js';

/** What a scalar may be. Integers beyond 2^53 are bigints. */
export type YamlScalar = null | boolean | string | YamlInteger | YamlFloat;

/** Go keeps integers and floats apart, and they make different keys. */
export class YamlInteger {
  constructor(readonly value: bigint) {}
}

export class YamlFloat {
  constructor(readonly value: number) {}
}

const TAG = 'tag:yaml.org,2002:';

/** The words of YAML 1.1 that go-yaml knows. */
const WORDS: ReadonlyMap<string, readonly [kind: Kind, value: YamlScalar]> = new Map([
  ...words('bool', true, 'y Y yes Yes YES true True TRUE on On ON'),
  ...words('bool', false, 'n N no No NO false False FALSE off Off OFF'),
  ...words('null', null, '~ null Null NULL'),
  ['', ['null', null]],
  ...words('float', new YamlFloat(NaN), '.nan .NaN .NAN'),
  ...words('float', new YamlFloat(Infinity), '.inf .Inf .INF +.inf +.Inf +.INF'),
  ...words('float', new YamlFloat(-Infinity), '-.inf -.Inf -.INF'),
]);

type Kind = 'bool' | 'null' | 'float' | 'int' | 'str' | 'timestamp';

function words(kind: Kind, value: YamlScalar, list: string): [string, readonly [Kind, YamlScalar]][] {
  return list.split(' ').map((word) => [word, [kind, value]]);
}

/** The value of a scalar by its tag and text (Go: go-yaml v2, resolve). */
export function resolveScalar(node: ScalarNode): YamlScalar {
  const { tag, value } = node;
  if (tag === '') return node.implicit ? resolvePlain(value)[1] : value;
  if (tag === `${TAG}binary`) return decodeBinary(value);
  if (tag === `${TAG}str` || !RESOLVABLE.has(tag)) return value;
  const wanted = tag.slice(TAG.length) as Kind;
  const [kind, found] = resolvePlain(value);
  if (kind === wanted) return found;
  if (wanted === 'timestamp' && isTimestamp(value)) return value;
  if (wanted === 'float' && found instanceof YamlInteger) return new YamlFloat(Number(found.value));
  throw new YamlError(`yaml: cannot decode !!${kind} \`${value}\` as a !!${wanted}`);
}

const RESOLVABLE: ReadonlySet<string> = new Set(['bool', 'int', 'float', 'null', 'timestamp'].map((name) => TAG + name));

/** Dates, with or without a time: as texts they have to be quoted. */
export function isTimestamp(text: string): boolean {
  const match = TIMESTAMP.exec(text);
  if (match === null) return false;
  const parts = match.slice(1).map((part) => Number(part || 0));
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, zoneHour = 0, zoneMinute = 0, ...clock] = parts;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const isDate = month >= 1 && month <= 12 && day >= 1 && date.getUTCMonth() === month - 1;
  return isDate && isClock(hour, minute, second) && isClock(...clock) && zoneHour <= 24 && zoneMinute <= 60;
}

function isClock(hour = 0, minute = 0, second = 0): boolean {
  return hour < 24 && minute < 60 && second < 60;
}

const TIMESTAMP =
  /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[Tt]([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?(?:Z|[+-]([0-9]{2}):([0-9]{2}))| +([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?)?$/;

/** Whether a text reads back as itself when it stands there without quotes, as go-yaml judges it. */
export function readsAsText(text: string): boolean {
  return resolvePlain(text)[0] === 'str' && !isTimestamp(text) && !BASE_60.test(text);
}

/** Numbers such as `12:30:45`, which YAML 1.1 has and go-yaml hasn't; others may. */
const BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

function resolvePlain(text: string): readonly [Kind, YamlScalar] {
  const first = text.charAt(0);
  if (text !== '' && !'+-0123456789yYnNtTfFoO~.'.includes(first)) return ['str', text];
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (first === '.') return POINT_FLOAT.test(text) ? ['float', new YamlFloat(Number(text.replaceAll('_', '')))] : ['str', text];
  if (!'+-0123456789'.includes(first)) return ['str', text];
  return resolveNumber(text.replaceAll('_', '')) ?? ['str', text];
}

const INTEGER = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/;
/** Here underscores are not dropped, but may stand between digits. */
const POINT_FLOAT = /^\.[0-9](?:_?[0-9])*(?:[eE][-+]?[0-9](?:_?[0-9])*)?$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

function resolveNumber(text: string): readonly [Kind, YamlScalar] | undefined {
  if (INTEGER.test(text) && text.length < 100) {
    const value = integerOf(text);
    if (value <= MAX_INT64 && value >= -MAX_INT64 - 1n) return ['int', new YamlInteger(value)];
    // An unsigned number has no sign at all.
    if (value > 0n && value <= MAX_UINT64 && !text.startsWith('+')) return ['int', new YamlInteger(value)];
  }
  if (FLOAT.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? ['float', new YamlFloat(value)] : undefined;
  }
  // Go parses what follows the prefix as a number with a sign of its own.
  const binary = /^0b([-+])([01]+)$/.exec(text);
  if (binary === null) return undefined;
  const value = BigInt(`0b${binary[2] ?? ''}`) * (binary[1] === '-' ? -1n : 1n);
  return value <= MAX_INT64 && value >= -MAX_INT64 - 1n ? ['int', new YamlInteger(value)] : undefined;
}

const MAX_INT64 = (1n << 63n) - 1n;
const MAX_UINT64 = (1n << 64n) - 1n;

function integerOf(text: string): bigint {
  const digits = text.replace(/^[-+]/, '');
  // A leading zero alone means octal, as in C.
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase());
  return text.startsWith('-') ? -value : value;
}

function decodeBinary(text: string): string {
  const clean = text.replace(/[\r\n]/g, '');
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(clean))
    throw new YamlError('yaml: !!binary value contains invalid base64 data');
  return textOf(Buffer.from(clean, 'base64'));
}

/** A number as JSON has it; integers that a double doesn't hold keep their text. */
export function jsonNumber(value: YamlInteger | YamlFloat): number | NumberLiteral {
  if (value instanceof YamlInteger) {
    const number = Number(value.value);
    return Number.isSafeInteger(number) ? number : new NumberLiteral(String(value.value));
  }
  if (!Number.isFinite(value.value)) {
    const name = Number.isNaN(value.value) ? 'NaN' : value.value > 0 ? '+Inf' : '-Inf';
    throw new YamlError(`json: unsupported value: ${name}`);
  }
  return value.value;
}
