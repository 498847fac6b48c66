import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseFieldSelector } from '../../src/apimachinery/field-selector.js';
import { parseLabelSelector } from '../../src/apimachinery/label-selector.js';
import { parseDeleteOptions, parseListOptions, validateDeleteOptions, validateListOptions } from '../../src/apimachinery/options.js';
import { invalidObject, isStatus } from '../../src/apimachinery/status.js';

interface RecordedStep {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly response?: { readonly status?: number; readonly body?: { readonly message?: string } };
}

const FOLDER = '../shared/parity/recorded';
const FILES = ['api-list', 'api-watch', 'api-urls', 'api-delete'];
const present = existsSync(FOLDER);

/** The refusals that options alone decide. */
const OURS = /^(?:ListOptions|DeleteOptions|strconv\.ParseInt|unable to parse requirement|found ')/;

function stepsOf(file: string): RecordedStep[] {
  const steps = JSON.parse(readFileSync(`${FOLDER}/${file}.json`, 'utf8')) as RecordedStep[];
  return steps.filter(({ body, path, response }) => {
    // Steps without an answer are only sent.
    const { status = 999, body: answer } = response ?? {};
    return body === undefined && path.includes('?') && (status < 300 || OURS.test(answer?.message ?? ''));
  });
}

/** What the options of a request are refused with; undefined if they are fine. */
function refusal({ method, path }: RecordedStep): string | undefined {
  const query = new Map([...new URLSearchParams(path.slice(path.indexOf('?')))].map(([name, value]) => [name, [value]]));
  const group = 'meta.k8s.io';
  try {
    if (method === 'GET' || !/\/[^/?]+\/[^/?]+\/[^/?]+\?/.test(path.replace(/^\/api\/v1\/namespaces/, ''))) {
      const options = parseListOptions(query);
      parseLabelSelector(options.labelSelector);
      parseFieldSelector(options.fieldSelector);
      const faults = validateListOptions(options);
      if (faults.length > 0) throw invalidObject({ group, kind: 'ListOptions' }, '', faults);
    }
    if (method === 'DELETE') {
      const faults = validateDeleteOptions(parseDeleteOptions(query));
      if (faults.length > 0) throw invalidObject({ group, kind: 'DeleteOptions' }, '', faults);
    }
    return undefined;
  } catch (error) {
    if (isStatus(error, 'BadRequest') || isStatus(error, 'Invalid')) return error.message;
    throw error;
  }
}

describe.skipIf(!present)('recorded queries (skipped where ../shared is absent)', () => {
  const steps = present ? FILES.flatMap((file) => stepsOf(file).map((step) => [`${file}/${step.id}`, step] as const)) : [];

  test('some are refused, some are not', () => {
    const refused = steps.filter(([, { response }]) => (response?.status ?? 0) >= 400).length;
    expect(refused).toBeGreaterThan(8);
    expect(steps.length - refused).toBeGreaterThan(20);
  });

  test.each(steps)('%s', (_name, step) => {
    const expected = (step.response?.status ?? 0) >= 400 ? step.response?.body?.message : undefined;
    expect(refusal(step)).toBe(expected);
  });
});
