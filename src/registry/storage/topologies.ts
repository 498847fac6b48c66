import { duplicate, required, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { validateLabelName } from '../../apimachinery/validation/labels.js';
import type { TopologySelectorTerm } from '../../schema/generated/core-v1.js';

/** Terms of `allowedTopologies`, of which no two may say the same (Go: validateAllowedTopologies). */
export function checkAllowedTopologies(terms: readonly TopologySelectorTerm[], path: FieldPath, errors: FieldError[]): void {
  // The real server compares each term with as many empty ones, too.
  const seen: string[] = terms.map(() => meaningOf(new Map()));
  terms.forEach((term, i) => {
    const meaning = meaningOf(checkTerm(term, path.index(i), errors));
    for (const other of seen) if (other === meaning) errors.push(duplicate(path.index(i).child('matchLabelExpressions'), ''));
    seen.push(meaning);
  });
}

type Values = ReadonlySet<string>;

/** Adds a term's faults; returns what it says: values by key. */
function checkTerm(
  { matchLabelExpressions = [] }: TopologySelectorTerm,
  path: FieldPath,
  errors: FieldError[],
): ReadonlyMap<string, Values> {
  const said = new Map<string, Values>();
  matchLabelExpressions.forEach(({ key = '', values }, i) => {
    const at = path.child('matchLabelExpressions').index(i);
    const set = checkValues(values ?? [], at.child('values'), errors);
    errors.push(...validateLabelName(key, at.child('key')));
    if (said.has(key)) errors.push(duplicate(at.child('key'), key));
    said.set(key, set);
  });
  return said;
}

function checkValues(values: readonly string[], path: FieldPath, errors: FieldError[]): Values {
  if (values.length === 0) errors.push(required(path));
  const set = new Set<string>();
  values.forEach((value, i) => {
    if (set.has(value)) errors.push(duplicate(path.index(i), value));
    set.add(value);
  });
  return set;
}

function meaningOf(said: ReadonlyMap<string, Values>): string {
  return JSON.stringify(Array.from(said, ([key, values]) => [key, [...values].sort()]).sort());
}
