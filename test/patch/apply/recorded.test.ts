import { existsSync, readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { parseApiVersion } from '../../../src/apimachinery/group-version.js';
import { statusBody, StatusError } from '../../../src/apimachinery/status.js';
import { FieldManager } from '../../../src/patch/apply/field-manager.js';
import { setOf } from '../../../src/patch/apply/field-set.js';
import { fieldPath } from '../../../src/patch/apply/path-element.js';
import { toParentManagedFields, toScaleManagedFields, type ReplicasPaths } from '../../../src/patch/apply/scale-handler.js';
import type { Json, JsonObject } from '../../../src/schema/type.js';
import { builtIn } from './support/types.js';

/**
 * The real server's recorded answers to writes, each done here to the object as
 * it was answered before: managedFields (times and order included) and errors
 * must be the same. Steps of several versions and custom resources need more
 * than this folder has; the parity suite runs them.
 */

interface Step {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Json;
  readonly note?: string;
  readonly response?: { readonly status: number; readonly body?: JsonObject };
}

const folder = '../shared/parity/recorded';
const scenarios = ['api-apply', 'api-apply-types', 'api-metadata', 'configmaps', 'core-workloads', 'groups-deployments'];
const kinds = new Set(['ConfigMap', 'Role', 'Deployment', 'Secret']);
const replicasPaths: ReplicasPaths = new Map([['apps/v1', fieldPath('spec', 'replicas')]]);
const resets: Readonly<Record<string, Readonly<Record<string, readonly (readonly string[])[]>>>> = {
  Deployment: { '': [['status']], status: [['spec'], ['metadata', 'labels']] },
};

interface Recorded {
  readonly title: string;
  readonly run: () => Json | undefined;
  readonly expected: Json | undefined;
}

/** The writes of a scenario whose object is known, with the object as it stood. */
function recordedWrites(scenario: string): Recorded[] {
  const steps = JSON.parse(readFileSync(`${folder}/${scenario}.json`, 'utf8')) as Step[];
  const objects = new Map<string, JsonObject>();
  const writes: Recorded[] = [];
  for (const step of steps) {
    const request = requestOf(step);
    const answer = step.response?.body;
    if (answer === undefined) {
      // A step whose answer is not told may have changed the object.
      objects.delete(request.object);
      continue;
    }
    const live = objects.get(request.object);
    const title = `${scenario}/${step.id}: ${step.note ?? ''}`;
    const isKnown = step.response?.status === 201 || live !== undefined;
    if (isKnown && request.config !== undefined) writes.push(...applyOf(title, request, request.config, live, answer));
    else if (isKnown && isWrite(step, request)) writes.push(...updateOf(title, request, live, answer));
    remember(objects, step, request, answer);
  }
  return writes;
}

interface Request {
  /** The object's path, without subresource. */
  readonly object: string;
  readonly subresource: string;
  readonly manager: string;
  readonly force: boolean;
  readonly isDryRun: boolean;
  readonly config: JsonObject | undefined;
}

function requestOf(step: Step): Request {
  const url = new URL(step.path, 'http://server');
  const name = /^(.*)\/(scale|status)$/.exec(url.pathname);
  const isApply = step.headers?.['content-type'] === 'application/apply-patch+yaml';
  return {
    object: name?.[1] ?? url.pathname,
    subresource: name?.[2] ?? '',
    manager: url.searchParams.get('fieldManager') ?? 'unknown',
    force: url.searchParams.get('force') === 'true',
    isDryRun: url.searchParams.has('dryRun'),
    config: isApply ? readConfig(step.body) : undefined,
  };
}

function readConfig(body: Json | undefined): JsonObject | undefined {
  if (typeof body !== 'string') return body as JsonObject;
  try {
    return load(body) as JsonObject;
  } catch {
    return undefined;
  }
}

function isWrite(step: Step, { subresource }: Request): boolean {
  const body = JSON.stringify(step.body ?? null);
  return ['POST', 'PUT', 'PATCH'].includes(step.method) && subresource !== 'scale' && !body.includes('managedFields');
}

function remember(objects: Map<string, JsonObject>, step: Step, request: Request, answer: JsonObject): void {
  if (request.isDryRun || (step.response?.status ?? 500) >= 300 || !kinds.has(String(answer['kind']))) return;
  const path = step.method === 'POST' ? `${request.object}/${String(metadataOf(answer)['name'])}` : request.object;
  if (step.method === 'DELETE') objects.delete(path);
  else objects.set(path, answer);
}

function metadataOf(object: JsonObject): JsonObject {
  return (object['metadata'] ?? {}) as JsonObject;
}

function managerFor(answer: JsonObject, kind: string, apiVersion: string, subresource: string): FieldManager {
  const { group, version } = parseApiVersion(apiVersion) ?? { group: '', version: '' };
  const reset = resets[kind]?.[subresource];
  const times = ((metadataOf(answer)['managedFields'] ?? []) as { time?: string }[]).map(({ time }) => time ?? '').sort();
  return new FieldManager({
    type: builtIn(group, version, kind),
    apiVersion,
    kind,
    subresource,
    resetFields: reset === undefined ? undefined : new Map([[apiVersion, setOf(...reset.map((path) => fieldPath(...path)))]]),
    now: () => times.at(-1) ?? '',
    decode: (merged) => merged,
  });
}

function updateOf(title: string, request: Request, live: JsonObject | undefined, answer: JsonObject): Recorded[] {
  const kind = String(answer['kind']);
  if (!kinds.has(kind)) return [];
  const manager = managerFor(answer, kind, String(answer['apiVersion']), request.subresource);
  const { managedFields, ...metadata } = metadataOf(answer);
  const run = (): Json | undefined => metadataOf(manager.updateNoErrors(live, { ...answer, metadata }, request.manager))['managedFields'];
  return [{ title, run, expected: managedFields }];
}

function applyOf(title: string, request: Request, config: JsonObject, live: JsonObject | undefined, answer: JsonObject): Recorded[] {
  const failed = answer['kind'] === 'Status';
  if (failed && ![400, 409, 500].includes(Number(answer['code']))) return [];
  const kind = String(live?.['kind'] ?? answer['kind']);
  if (!kinds.has(kind)) return [];
  const apiVersion = String(live?.['apiVersion'] ?? answer['apiVersion']);
  if (request.subresource === 'scale') return live === undefined ? [] : [applyToScale(title, request, config, live, answer)];
  const manager = managerFor(answer, kind, apiVersion, request.subresource);
  const apply = (): JsonObject => manager.apply(live, config, request.manager, request.force);
  if (failed) return [{ title, run: () => failureOf(apply), expected: answer }];
  return [{ title, run: () => metadataOf(apply())['managedFields'], expected: metadataOf(answer)['managedFields'] }];
}

/** An apply to a Scale, as the scaled object's registry does it. */
function applyToScale(title: string, request: Request, config: JsonObject, live: JsonObject, answer: JsonObject): Recorded {
  const stored = metadataOf(live)['managedFields'];
  const manager = managerFor(live, 'Scale', 'autoscaling/v1', 'scale');
  const { name, namespace, uid } = metadataOf(live);
  const scale: JsonObject = {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name: name ?? '', namespace: namespace ?? '', uid: uid ?? '', managedFields: toScaleManagedFields(stored, replicasPaths) },
    spec: { replicas: (live['spec'] as JsonObject)['replicas'] },
    status: { replicas: 0 },
  };
  const apply = (): JsonObject => manager.apply(scale, config, request.manager, request.force);
  if (answer['kind'] === 'Status') return { title, run: () => failureOf(apply), expected: answer };
  const run = (): Json => {
    const entries = toParentManagedFields(stored, metadataOf(apply())['managedFields'], replicasPaths, 'apps/v1') ?? [];
    return entries.filter((entry) => entry['subresource'] === 'scale').map((entry) => entry['manager'] ?? '');
  };
  return { title, run, expected: [request.manager] };
}

function failureOf(action: () => JsonObject): Json {
  try {
    return action();
  } catch (error) {
    if (error instanceof StatusError) return statusBody(error.status) as JsonObject;
    throw error;
  }
}

describe.skipIf(!existsSync(folder))('the real server’s recorded answers (absent: ../shared/parity)', () => {
  const writes = existsSync(folder) ? scenarios.flatMap(recordedWrites) : [];

  test('are there', () => {
    expect(writes.length).toBeGreaterThan(80);
  });

  test.each(writes)('$title', ({ run, expected }) => {
    expect(run()).toEqual(expected);
  });
});
