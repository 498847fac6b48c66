import { fnv32, safeEncodeString } from '../../../apimachinery/hash.js';
import type { GroupVersionKind } from '../../../apimachinery/group-version.js';
import type { Client, KubeObject, Typed } from '../../../client/client.js';
import { CONTROLLER_REVISIONS } from '../../../component-helpers/resources.js';
import { newControllerRef } from '../../../component-helpers/controller-ref.js';
import type { ControllerRevision as ControllerRevisionType } from '../../../schema/generated/apps-v1.js';
import { compareKeys } from '../../../schema/sort-keys.js';
import type { JsonValue } from '../../../schema/type.js';

export type ControllerRevision = Typed<ControllerRevisionType>;

/** Tells the pods of revisions apart. */
export const REVISION_HASH = 'controller-revision-hash';

/** Bytes of an owner's name that go into the name of a revision. */
const LONGEST_PREFIX = 223;

/** What a revision holds of a workload: its pod template, as a patch that puts it back. */
export function revisionData(template: object): JsonValue {
  return sorted({ spec: { template: { $patch: 'replace', ...template } } }) as JsonValue;
}

/** A copy with the keys of all objects in Go's order, and without what is undefined. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => compareKeys(a, b)).map(([key, item]) => [key, sorted(item)]));
}

/** JSON as Go's encoding/json writes it of maps: sorted keys, and no characters that mean something in HTML. */
export function goJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  if (typeof value === 'string') return goString(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const keys = Object.keys(value).sort(compareKeys);
  const fields = value as Readonly<Record<string, unknown>>;
  return `{${keys.map((key) => `${goString(key)}:${goJson(fields[key])}`).join(',')}}`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

function goString(text: string): string {
  return JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, (character) => ESCAPES[character] ?? character);
}

/** Whether two revisions hold the same (Go: history.EqualRevision). */
export function equalData(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return goJson(a) === goJson(b);
}

/** The hash of a revision's data (Go: history.HashControllerRevision). @param probe changes it after a collision */
export function revisionHash(data: JsonValue | undefined, probe: number | undefined): string {
  return safeEncodeString(String(fnv32(goJson(data) + (probe === undefined ? '' : String(probe)))));
}

/** Go: history.ControllerRevisionName. */
export function revisionName(owner: string, hash: string): string {
  return `${owner.slice(0, LONGEST_PREFIX)}-${hash}`;
}

export interface NewRevision {
  readonly owner: KubeObject;
  readonly ownerKind: GroupVersionKind;
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string> | undefined;
  readonly data: JsonValue;
  readonly revision: number;
}

/** A revision as it is to be made. */
export function newRevision({ owner, ownerKind, name, labels, annotations, data, revision }: NewRevision): ControllerRevision {
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name,
      namespace: owner.metadata.namespace,
      labels,
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [newControllerRef(owner, ownerKind)],
    },
    data,
    revision,
  };
}

/** Older revisions first (Go: history.SortControllerRevisions). */
export function byRevision(a: ControllerRevision, b: ControllerRevision): number {
  return (
    (a.revision ?? 0) - (b.revision ?? 0) ||
    compareTexts(a.metadata.creationTimestamp, b.metadata.creationTimestamp) ||
    compareTexts(a.metadata.name, b.metadata.name)
  );
}

function compareTexts(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The number of the newest. */
export function newest(revisions: readonly ControllerRevision[]): number {
  return revisions.reduce((max, { revision = 0 }) => Math.max(max, revision), 0);
}

/** Gives a revision another number. */
export function renumber(client: Client, revision: ControllerRevision, number: number): Promise<ControllerRevision> {
  const target = { resource: CONTROLLER_REVISIONS, namespace: revision.metadata.namespace };
  return client.update(target, { ...revision, revision: number });
}

export async function deleteRevision(client: Client, { metadata: { namespace, name = '' } }: ControllerRevision): Promise<void> {
  await client.delete({ resource: CONTROLLER_REVISIONS, namespace }, name);
}
