import { readdirSync, readFileSync } from 'node:fs';
import { CORE_SCHEMA, load, mergeTag } from 'js-yaml';
import type { JsonObject, JsonValue } from '../../../src/schema/type.js';

const folder = new URL('../every-field/', import.meta.url);

/** The file of what does not come back as it was sent; all other files are lists of objects. */
const EXCEPTIONS = 'exceptions.yaml';

/** Where a field does not come back as it was sent, and why. */
export interface Exception {
  /** Paths of the field; one that begins with `*.` is met at any depth. */
  readonly fields: readonly string[];
  /** All kinds that declare it, if not told. */
  readonly kinds?: readonly string[];
  /**
   * What becomes of a value: it is dropped, another takes its place, or the request is refused with words that hold `says`;
   * `kept` says that what is told of other kinds doesn't hold here.
   */
  readonly is: 'kept' | 'dropped' | 'replaced' | 'refused';
  readonly says?: string;
  /** The sample that has it serves for nothing else: it is refused as a whole, or loses more than the field. */
  readonly alone?: boolean;
  /** Of a refused field: the subresource that sets it. */
  readonly through?: string;
  readonly because: string;
}

export interface Samples {
  readonly exceptions: readonly Exception[];
  /** What the first sample of each kind has. */
  readonly metadata: JsonObject;
  /** Kinds that no request stores or answers with, and why. */
  readonly unstored: Readonly<Record<string, string>>;
  /** Kinds whose status may be sent with a create, and why. */
  readonly statusOnCreate: Readonly<Record<string, string>>;
  of(apiVersion: string, kind: string): readonly JsonObject[];
}

const schema = CORE_SCHEMA.withTags(mergeTag);

/** Reads the sample objects, one after the other for each object that `$each` borrows from. */
export function readSamples(): Samples {
  const read = (file: string): unknown => load(readFileSync(new URL(file, folder), 'utf8'), { schema });
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml') && file !== EXCEPTIONS);
  const written = files.flatMap((file) => structuredClone(read(file)) as JsonObject[]);
  const bound = (apiVersion: string, kind: string): JsonObject[] =>
    written.filter((object) => object.apiVersion === apiVersion && object.kind === kind).flatMap((object) => expand(object, written));
  return { ...(read(EXCEPTIONS) as Omit<Samples, 'of'>), of: bound };
}

/** One object for each that the first `$each: Kind` or `$each: Kind.field` in it names; with what stands beside laid over what is borrowed. */
function expand(object: JsonObject, all: readonly JsonObject[]): JsonObject[] {
  const { $each: source, ...overlay } = object;
  if (typeof source === 'string') {
    const [kind = '', field] = source.split('.');
    const lent = all
      .filter((other) => other.kind === kind)
      .map((other) => (field === undefined ? bare(other) : other[field]) as JsonObject);
    return lent.map((other) => overlaid(other, overlay));
  }
  let out: JsonObject[] = [{}];
  for (const [key, value] of Object.entries(object)) {
    const choices = expandValue(value ?? null, all);
    out = choices.length === 1 ? out.map((made) => ({ ...made, [key]: choices[0] })) : spread(out, key, choices);
  }
  return out;
}

function expandValue(value: JsonValue, all: readonly JsonObject[]): JsonValue[] {
  if (typeof value !== 'object' || value === null) return [value];
  if (!Array.isArray(value)) return expand(value, all);
  const [only] = value;
  if (value.length === 1 && isObject(only) && '$each' in only) return expand(only, all).map((item) => [item]);
  return [value.flatMap((item) => expandValue(item, all))];
}

/** As many objects as there are choices, or as there were before: each takes its turn. */
function spread(objects: readonly JsonObject[], key: string, choices: readonly JsonValue[]): JsonObject[] {
  const length = Math.max(objects.length, choices.length);
  return Array.from({ length }, (_, i) => ({ ...objects[i % objects.length], [key]: choices[i % choices.length] }));
}

/** Without what a template hasn't. */
function bare({ apiVersion: _, kind: __, status: ___, ...rest }: JsonObject): JsonObject {
  return rest;
}

function overlaid(under: JsonObject, over: JsonObject): JsonObject {
  const out = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = out[key];
    const merges = isObject(value) && isObject(below);
    out[key] = merges ? overlaid(below, value) : value;
  }
  return out;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
