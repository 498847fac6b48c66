import { RE2JS } from 're2js';
import { CostLimitExceeded } from '../runtime/frame.js';
import { maySearch } from '../runtime/search-budget.js';
import { member, type Library } from '../types/functions.js';
import { INT, listOf, STRING } from '../types/type.js';
import { ValueList } from '../values/collections.js';
import { CelError, type CelValue } from '../values/value.js';

/** The first matches of a pattern, at most so many; an error for a faulty pattern. */
function matchesOf(text: string, pattern: string, limit: number): string[] | CelError {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern);
  } catch (error) {
    return new CelError(`Illegal regex: ${(error as Error).message}`);
  }
  const matcher = compiled.matcher(text);
  const found: string[] = [];
  for (let at = 0; found.length < limit; at = matcher.end()) {
    if (!maySearch(text.length - at)) return new CelError(new CostLimitExceeded().message);
    if (!matcher.find()) break;
    found.push(matcher.group() ?? '');
  }
  return found;
}

function find(text: CelValue, pattern: CelValue): CelValue {
  const found = matchesOf(text as string, pattern as string, 1);
  return found instanceof CelError ? found : (found[0] ?? '');
}

function findAll(text: CelValue, pattern: CelValue, limit: CelValue = -1n): CelValue {
  const most = Number(limit as bigint);
  const found = matchesOf(text as string, pattern as string, most < 0 ? Infinity : most);
  return found instanceof CelError ? found : new ValueList(found);
}

/** Kubernetes' functions for regular expressions (Go: library.Regex); linear in the text's length. */
export const REGEXES: Library = {
  find: [member('string_find_string', [STRING, STRING], STRING, find)],
  findAll: [
    member('string_find_all_string', [STRING, STRING], listOf(STRING), findAll),
    member('string_find_all_string_int', [STRING, STRING, INT], listOf(STRING), findAll),
  ],
};
