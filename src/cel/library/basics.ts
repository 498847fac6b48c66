import { compilePattern } from '../../schema/custom/validation/patterns.js';
import { free, member, type Library } from '../types/functions.js';
import { BOOL, BYTES, INT, listOf, mapOf, param, STRING, type CelType } from '../types/type.js';
import { Bytes } from '../values/bytes.js';
import { CelError, CelList, CelMap, codePointCount, type CelValue } from '../values/value.js';

const LIST_A = listOf(param('A'));
const MAP_AB = mapOf(param('A'), param('B'));

const NO_SIZE = new CelError('no such overload: size');

function size(value: CelValue): CelValue {
  if (typeof value === 'string') return BigInt(codePointCount(value));
  if (value instanceof CelList || value instanceof CelMap) return BigInt(value.size);
  return value instanceof Bytes ? BigInt(value.data.length) : NO_SIZE;
}

function matches(text: CelValue, pattern: CelValue): CelValue {
  try {
    return compilePattern(pattern as string).test(text as string);
  } catch (error) {
    return new CelError((error as Error).message);
  }
}

const TEXT_PAIR: readonly CelType[] = [STRING, STRING];

/** Functions of the language that are no operators, conversions or about time. */
export const BASICS: Library = {
  size: [
    free('size_bytes', [BYTES], INT, size),
    member('bytes_size', [BYTES], INT, size),
    free('size_list', [LIST_A], INT, size),
    member('list_size', [LIST_A], INT, size),
    free('size_map', [MAP_AB], INT, size),
    member('map_size', [MAP_AB], INT, size),
    free('size_string', [STRING], INT, size),
    member('string_size', [STRING], INT, size),
  ],
  contains: [member('contains_string', TEXT_PAIR, BOOL, (text, part) => (text as string).includes(part as string))],
  endsWith: [member('ends_with_string', TEXT_PAIR, BOOL, (text, part) => (text as string).endsWith(part as string))],
  startsWith: [member('starts_with_string', TEXT_PAIR, BOOL, (text, part) => (text as string).startsWith(part as string))],
  matches: [free('matches', TEXT_PAIR, BOOL, matches), member('matches_string', TEXT_PAIR, BOOL, matches)],
};
