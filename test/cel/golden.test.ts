import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Environment, type Program } from '../../src/cel/environment.js';
import { formatText } from '../../src/cel/library/text-format.js';
import { DYN } from '../../src/cel/types/type.js';
import { ValueList } from '../../src/cel/values/collections.js';
import { fromJson } from '../../src/cel/values/json.js';
import { isError, typeOfValue } from '../../src/cel/values/value.js';
import { loadPatterns } from '../../src/schema/custom/validation/patterns.js';

/** What cel-go with the environment of Kubernetes v1.36 makes of an expression over `X`. */
interface Golden {
  readonly expr: string;
  readonly issues?: string;
  readonly type?: string;
  /** Lowest and highest estimated cost. */
  readonly estimate?: string;
  /** Why there can be no program. */
  readonly fault?: string;
  readonly cost?: number;
  readonly error?: string;
  /** As `%s` shows it; absent for types that it can't show. */
  readonly value?: string;
  readonly valueType?: string;
}

const X = fromJson({ a: { b: 1 }, l: [1, 2, 3], m: { k: 'v' }, s: 'hello' });
const GOLDEN = JSON.parse(readFileSync(new URL('golden.json', import.meta.url), 'utf8')) as readonly Golden[];

function answerTo({ expr, cost, value }: Golden): Golden {
  const { program, issues } = new Environment({ variables: new Map([['x', DYN]]) }).compile(expr);
  if (program === undefined) return { expr, issues };
  const { min, max } = program.estimate();
  const answer = { expr, type: String(program.type), estimate: `${String(min)}..${String(max)}` };
  const { fault } = program;
  if (fault !== undefined) return { ...answer, fault };
  return cost === undefined ? answer : { ...answer, ...outcomeOf(program, value !== undefined) };
}

function outcomeOf(program: Program, showsValue: boolean): Partial<Golden> {
  const { value, cost } = program.evaluate((name) => (name === 'x' ? X : undefined));
  if (isError(value)) return { cost, error: value.message };
  const valueType = typeOfValue(value).name;
  return showsValue ? { cost, value: String(formatText('%s', new ValueList([value]))), valueType } : { cost, valueType };
}

describe('Expressions', () => {
  beforeAll(loadPatterns);

  it('are compiled, estimated, charged and evaluated as by cel-go', () => {
    expect(GOLDEN.length).toBeGreaterThan(600);
    expect(GOLDEN.map(answerTo)).toEqual(GOLDEN);
  });
});
