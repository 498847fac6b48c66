import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { goQuote } from '../../src/apimachinery/field-error.js';
import { statusBody, StatusError } from '../../src/apimachinery/status.js';
import { applyJsonPatch } from '../../src/patch/json-patch.js';
import { decodeJsonPatch } from '../../src/patch/json-patch-decode.js';
import { applyMergePatch } from '../../src/patch/merge-patch.js';
import { decodeMergePatch, decodeStrategicMergePatch } from '../../src/patch/patch-decode.js';
import { patchResultInvalid } from '../../src/patch/patch-errors.js';
import { applyStrategicMergePatch, strategicMergePatchText } from '../../src/patch/strategic-merge.js';
import { fromUnstructured } from '../../src/patch/from-unstructured.js';
import { printJson } from '../../src/schema/json.js';
import { plainValue } from '../../src/schema/json-literal.js';
import { typeRegistry } from '../../src/schema/types.js';
import type { JsonObject, JsonValue, StructType } from '../../src/schema/type.js';

/**
 * The real server's recorded answers to patches, each applied here to the object
 * as it was answered before. What differs afterwards may only be what the server
 * does besides patching: defaults, and empty values that it doesn't write.
 */

interface Step {
  readonly id: string;
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: JsonValue;
  readonly note?: string;
  readonly response?: { readonly status: number; readonly body?: JsonObject };
}

const folder = '../shared/parity/recorded';

interface RecordedPatch {
  readonly title: string;
  readonly kind: string;
  readonly body: Buffer;
  readonly document: JsonObject;
  readonly answer: JsonObject;
  readonly status: number;
}

/** The patches of a scenario whose object is known, with the object as it stood. */
function recordedPatches(scenario: string): RecordedPatch[] {
  const steps = JSON.parse(readFileSync(`${folder}/${scenario}.json`, 'utf8')) as Step[];
  const objects = new Map<string, JsonObject>();
  const patches: RecordedPatch[] = [];
  for (const step of steps) {
    const [path = '', query = ''] = step.path.split('?');
    const kind = /^application\/(.*)-?patch\+json$/.exec(step.headers?.['content-type'] ?? '')?.[1];
    const document = objects.get(path);
    const { response } = step;
    if (step.method === 'PATCH' && kind !== undefined && document !== undefined && response?.body !== undefined) {
      const text = typeof step.body === 'string' ? step.body : JSON.stringify(step.body);
      patches.push({
        title: `${scenario}/${step.id}: ${step.note ?? ''}`,
        kind,
        body: Buffer.from(text),
        document,
        answer: response.body,
        status: response.status,
      });
    }
    if (query !== '' || step.method === undefined) continue;
    if (response?.body === undefined) objects.delete(path);
    else if (response.status < 300)
      objects.set(step.method === 'POST' ? `${path}/${String((response.body['metadata'] as JsonObject)['name'])}` : path, response.body);
  }
  return patches;
}

function typeOf(object: JsonObject): StructType {
  const [version = '', group = ''] = String(object['apiVersion']).split('/').reverse();
  const type = typeRegistry().typeOf({ group, version, kind: String(object['kind']) });
  if (type === undefined) throw new Error(`no type for ${String(object['kind'])}`);
  return type;
}

/** The patched document, or the body of the error that the real server would answer with. */
function run({ kind, body, document }: RecordedPatch): { result: JsonObject } | { error: Record<string, unknown> } {
  try {
    if (kind === 'json-') return { result: plainValue(applyJsonPatch(document, decodeJsonPatch(body, 'Warn').patch)) as JsonObject };
    if (kind === 'merge-') return { result: plainValue(applyMergePatch(document, decodeMergePatch(body, 'Warn').patch)) as JsonObject };
    const { patch } = decodeStrategicMergePatch(body, 'Warn');
    const type = typeOf(document);
    const result = applyStrategicMergePatch(type, document, patch);
    const { error } = fromUnstructured(type, result);
    if (error !== undefined) throw patchResultInvalid(strategicMergePatchText(type, document, patch), error);
    return { result };
  } catch (error) {
    if (error instanceof StatusError) return { error: statusBody(error.status) };
    throw error;
  }
}

/** What the server sets on every write, or fills in where nothing is given. */
const SERVER_SIDE = new Set([
  ...[
    'metadata.managedFields',
    'metadata.resourceVersion',
    'metadata.generation',
    'metadata.uid',
    'metadata.namespace',
    'metadata.creationTimestamp',
    'apiVersion',
    'kind',
  ],
  ...['imagePullPolicy', 'resources', 'terminationMessagePath', 'terminationMessagePolicy'].map(
    (name) => `spec.template.spec.containers.*.${name}`,
  ),
  ...['spec.replicas', 'spec.strategy.rollingUpdate.maxUnavailable', 'data.a'],
]);

function isEmpty(value: JsonValue): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

/** Paths at which two objects differ, list indexes as `*`. */
function differences(mine: JsonValue, real: JsonValue, path = ''): string[] {
  if (Array.isArray(mine) && Array.isArray(real) && mine.length === real.length)
    return mine.flatMap((item, i) => differences(item, real[i] ?? null, `${path}.*`));
  if (
    typeof mine === 'object' &&
    mine !== null &&
    typeof real === 'object' &&
    real !== null &&
    !Array.isArray(mine) &&
    !Array.isArray(real)
  ) {
    const keys = new Set([...Object.keys(mine), ...Object.keys(real)]);
    return [...keys].flatMap((key) => {
      const below = path === '' ? key : `${path}.${key}`;
      const [own, other] = [mine[key] ?? null, real[key] ?? null];
      if (SERVER_SIDE.has(below) && (own === null || path === 'metadata')) return [];
      return other === null && isEmpty(own) ? [] : differences(own, other, below);
    });
  }
  return mine === real ? [] : [`${path}: ${JSON.stringify(mine)} instead of ${JSON.stringify(real)}`];
}

/** Errors that come from what the server does with the result. */
const LATER = /^(\w+(\.\w+)* "\w+" is invalid|Operation cannot be fulfilled)/;

describe.skipIf(!existsSync(folder)).each(['api-json-patch', 'api-strategic'])(
  'the recorded patches of %s (needs ../shared)',
  (scenario) => {
    const patches = existsSync(folder) ? recordedPatches(scenario) : [];

    it.each(patches.filter((patch) => patch.status === 200).map((patch) => [patch.title, patch] as const))('%s', (_, patch) => {
      const outcome = run(patch);
      expect('error' in outcome ? outcome.error : differences(outcome.result, patch.answer)).toEqual([]);
    });

    const failing = patches.filter((patch) => patch.status >= 400 && !LATER.test(String(patch.answer['message'])));

    it.each(failing.map((patch) => [patch.title, patch] as const))('%s', (_, patch) => {
      const outcome = run(patch);
      if ('error' in outcome) {
        expect(outcome.error).toEqual(patch.answer);
        return;
      }
      // The result did not decode: the answer quotes it.
      expect(patch.answer['message']).toMatch(/^ "" is invalid: patch: Invalid value: /);
      expect(String(patch.answer['message'])).toContain(goQuote(printJson(outcome.result)));
    });

    it('are enough to mean something', () => {
      expect(patches.filter((patch) => patch.status === 200).length).toBeGreaterThan(15);
      expect(failing.length).toBeGreaterThan(3);
    });
  },
);
