import { isDeepStrictEqual } from 'node:util';
import type { JsonObject, JsonValue } from '../../../src/schema/type.js';
import { changeAt, declaredFields, fieldsSet, isWithin, parentOf, type FieldPath } from './field-paths.js';
import { differences, exceptionsOf } from './field-differences.js';
import { generatedValue } from './generated-values.js';
import type { Exception, Samples } from './sample-objects.js';
import { JSON_TYPE, PROTOBUF, type Answer, type MediaType, type ServedResource, type Server } from './served-resource.js';

/** Sends every field of one resource's type and looks at what comes back. Each step returns what went wrong, in words. */
export class FieldSuite {
  readonly objects: readonly JsonObject[];
  readonly #declared;
  readonly #exceptions: ReadonlyMap<FieldPath, Exception>;
  readonly #sent = new Set<FieldPath>(['kind', 'apiVersion', 'metadata.name', 'metadata.namespace']);
  #names = 0;
  #kept = false;

  constructor(
    private readonly resource: ServedResource,
    private readonly samples: Samples,
    private readonly server: () => Server,
    private readonly namespace: string,
  ) {
    const { kind } = resource.facts;
    this.#declared = declaredFields(resource.type);
    this.#exceptions = exceptionsOf(samples.exceptions, kind, this.#declared.keys());
    const written = samples.of(resource.apiVersion, kind);
    this.objects = this.#withValues(written);
  }

  async keepsSamples(): Promise<string[]> {
    const faults = await inTurn(this.#accepted(), (object) => this.#roundTrip(object));
    this.#kept = faults.length === 0;
    return faults;
  }

  /** The fields that no sample has, each in the first object that has room for it. */
  async keepsTheRest(): Promise<string[]> {
    if (!this.#kept) return ['its samples are not kept'];
    const pool = this.#accepted();
    return inTurn([...this.#declared], async ([path, field]) => {
      if (this.#isSent(path) || this.#exceptionAt(path) !== undefined) return [];
      const host = pool.find((object) => parentOf(path) === '' || this.#fieldsOf(object).has(parentOf(path)));
      if (host === undefined) return [`no sample has ${parentOf(path)}`];
      const object = changeAt(host, path, (value) => value ?? generatedValue(field));
      pool.push(object);
      return (await this.#roundTrip(object)).map((fault) => `with ${path}: ${fault}`);
    });
  }

  /** Looks at what is refused, and at what takes the rest of its object with it. */
  async refuses(): Promise<string[]> {
    return inTurn([...this.#exceptions], async ([path, exception]) => {
      const host = this.objects.find((object) => this.#fieldsOf(object).has(path));
      if (host === undefined) return [`no sample has ${path}, which is ${exception.is}`];
      if (exception.is === 'dropped' && exception.alone === true) return this.#drops(host, path);
      if (exception.is !== 'refused') return [];
      const { code, object } = await this.#try(host, path);
      this.#sent.add(path);
      const message = String(object.message);
      if (code < 400 || !message.includes(exception.says ?? '')) return [`${path} is not refused, but: ${String(code)} ${message}`];
      return exception.through === undefined ? [] : this.#setThrough(exception.through, path, host);
    });
  }

  async #drops(host: JsonObject, path: FieldPath): Promise<string[]> {
    const { code, object } = await this.resource.ask(this.server(), 'POST', '', JSON_TYPE, this.#named(host, this.#nextName()));
    return code === 201 && !this.#fieldsOf(object).has(path) ? [] : [`${path} is not dropped: ${String(code)} ${String(object.message)}`];
  }

  /** The answer to a request that holds a field which should be refused. */
  async #try(host: JsonObject, path: FieldPath): Promise<Answer> {
    const name = fixedName(host, this.resource) ?? this.#nextName();
    const sent = this.#named(this.#acceptable(host, path), name);
    if (!isWithin(path, 'status')) return this.resource.ask(this.server(), 'POST', '', JSON_TYPE, sent);
    const { object } = await this.resource.ask(this.server(), 'POST', '', JSON_TYPE, this.#named(this.#acceptable(host), name));
    return this.resource.ask(this.server(), 'PUT', `/${name}/status`, JSON_TYPE, { ...object, status: sent.status });
  }

  /** The samples of which something is accepted. */
  #accepted(): JsonObject[] {
    const alone = [...this.#exceptions].filter(([, exception]) => exception.alone === true);
    return this.objects.filter((object) => !alone.some(([path]) => this.#fieldsOf(object).has(path)));
  }

  /** The declared fields that no request has held. */
  unsent(): FieldPath[] {
    return [...this.#declared.keys()].filter((path) => !this.#isSent(path) && this.#exceptionAt(path) === undefined);
  }

  /** The samples, the first of which has the metadata that all kinds have; and each exception has a value somewhere. */
  #withValues([first, ...others]: readonly JsonObject[]): JsonObject[] {
    if (first === undefined) return [];
    const metadata = { ...this.samples.metadata, ...(first.metadata as JsonObject | undefined) };
    const out: JsonObject[] = [{ ...first, metadata }, ...others];
    for (const path of this.#exceptions.keys()) {
      const field = this.#declared.get(path);
      if (field === undefined || out.some((object) => this.#fieldsOf(object).has(path))) continue;
      const at = out.findIndex((object) => parentOf(path) === '' || this.#fieldsOf(object).has(parentOf(path)));
      const host = out[at];
      if (host !== undefined) out[at] = changeAt(host, path, () => generatedValue(field));
    }
    return out;
  }

  #fieldsOf(object: JsonObject): ReadonlySet<FieldPath> {
    return fieldsSet(object, this.resource.type);
  }

  #isSent(path: FieldPath): boolean {
    return this.#sent.has(path);
  }

  /** An exception of the field, or of one that it is in. */
  #exceptionAt(path: FieldPath): Exception | undefined {
    for (const [field, exception] of this.#exceptions) if (isWithin(path, field)) return exception;
    return undefined;
  }

  async #roundTrip(object: JsonObject): Promise<string[]> {
    const sent = this.#acceptable(object);
    const faults: string[] = [];
    for (const as of [JSON_TYPE, PROTOBUF] as const) {
      faults.push(...(await this.#create(sent, as)).map((fault) => `${fault} (${as})`));
    }
    if (faults.length === 0) for (const path of this.#fieldsOf(sent)) this.#sent.add(path);
    return faults;
  }

  async #create(object: JsonObject, as: MediaType): Promise<string[]> {
    const { resource } = this;
    const name = fixedName(object, resource) ?? this.#nextName();
    const sent = this.#named(object, name);
    const { status, ...rest } = sent;
    const putsStatus = status !== undefined && resource.has('status');
    const plain = putsStatus ? await resource.ask(this.server(), 'POST', '?dryRun=All', JSON_TYPE, rest) : undefined;
    const made = await resource.ask(this.server(), 'POST', '', as, sent);
    if (made.code !== 201) return [`create: ${String(made.code)} ${String(made.object.message)}`];
    if (resource.isReview) return this.#differences(sent, made.object);
    const faults = await this.#reads(name, made.object, as, putsStatus ? rest : sent);
    if (plain !== undefined) {
      faults.push(...this.#statusOnCreate(status, made.object, plain.object));
      faults.push(...(await this.#put(name, 'status', as, { ...made.object, status }, { status })));
    }
    await this.#remove(name);
    return faults;
  }

  /** What was answered must hold what was sent, and what is read in the other form the same. */
  async #reads(name: string, answered: JsonObject, as: MediaType, sent: JsonObject, but?: FieldPath): Promise<string[]> {
    const { resource } = this;
    const read = await resource.ask(this.server(), 'GET', `/${name}`, as === JSON_TYPE ? PROTOBUF : JSON_TYPE);
    if (versionOf(read.object) !== versionOf(answered)) {
      // A controller of the server's own was here in between.
      const again = await resource.ask(this.server(), 'GET', `/${name}`, as);
      return this.#reads(name, again.object, as, sent, but);
    }
    const [json, protobuf] = as === JSON_TYPE ? [answered, read.object] : [read.object, answered];
    const same = isDeepStrictEqual(protobuf, resource.throughProtobuf(json));
    return [...this.#differences(sent, json, but), ...(same ? [] : ['protobuf is not what JSON is'])];
  }

  /** A status that comes with a create must not matter, except that of some kinds. */
  #statusOnCreate(status: JsonValue | undefined, made: JsonObject, plain: JsonObject): string[] {
    if (this.resource.facts.kind in this.samples.statusOnCreate) return this.#differences({ status }, made);
    const same = isDeepStrictEqual(timeless(plain.status), timeless(made.status));
    return same ? [] : [`status on create: ${JSON.stringify(made.status)} instead of ${JSON.stringify(plain.status)}`];
  }

  async #setThrough(subresource: string, path: FieldPath, host: JsonObject): Promise<string[]> {
    const name = this.#nextName();
    const sent = this.#acceptable(host, path);
    const faults = await inTurn([JSON_TYPE, PROTOBUF] as const, async (as) => {
      const made = await this.resource.ask(this.server(), 'POST', '', as, this.#named(this.#acceptable(host), name));
      const { spec, status } = sent;
      const put = await this.#put(name, subresource, as, { ...made.object, spec, status }, sent, path);
      await this.#remove(name);
      return put;
    });
    return faults;
  }

  async #put(
    name: string,
    subresource: string,
    as: MediaType,
    object: JsonObject,
    expected: JsonObject,
    but?: FieldPath,
  ): Promise<string[]> {
    const put = await this.resource.ask(this.server(), 'PUT', `/${name}/${subresource}`, as, object);
    if (put.code === 409) {
      const { object: latest } = await this.resource.ask(this.server(), 'GET', `/${name}`);
      return this.#put(name, subresource, as, { ...object, metadata: latest.metadata }, expected, but);
    }
    if (put.code !== 200) return [`put ${subresource}: ${String(put.code)} ${String(put.object.message)}`];
    return this.#reads(name, put.object, as, expected, but);
  }

  /** Frees the name, addresses and ports for the next object. */
  async #remove(name: string): Promise<void> {
    const { object } = await this.resource.ask(this.server(), 'DELETE', `/${name}?gracePeriodSeconds=0`);
    const { finalizers } = (object.metadata ?? {}) as { finalizers?: JsonValue };
    if (finalizers !== undefined || object.kind !== 'Status')
      await this.resource.ask(this.server(), 'PATCH', `/${name}`, JSON_TYPE, { metadata: { finalizers: null } });
  }

  /** Without the fields that are refused, except one. */
  #acceptable(object: JsonObject, but?: FieldPath): JsonObject {
    let out = object;
    for (const [path, { is }] of this.#exceptions) if (is === 'refused' && path !== but) out = changeAt(out, path, () => undefined);
    return out;
  }

  #nextName(): string {
    return `${this.resource.facts.kind.toLowerCase()}-${String(++this.#names)}`;
  }

  #named(object: JsonObject, name: string): JsonObject {
    const { facts, apiVersion, isReview } = this.resource;
    const place = { ...(isReview ? {} : { name }), ...(facts.namespaced ? { namespace: this.namespace } : {}) };
    return { ...object, apiVersion, kind: facts.kind, metadata: { ...(object.metadata as JsonObject | undefined), ...place } };
  }

  #differences(sent: JsonObject, got: JsonObject, but?: FieldPath): string[] {
    return differences(this.resource.type, sent, got, (path) => (path === but ? undefined : this.#exceptions.get(path)));
  }
}

function versionOf(object: JsonObject): string | undefined {
  return (object.metadata as { resourceVersion?: string } | undefined)?.resourceVersion;
}

/** Cluster-scoped samples may need the name that they have. */
function fixedName(object: JsonObject, { facts }: ServedResource): string | undefined {
  const name = (object.metadata as { name?: string } | undefined)?.name;
  return facts.namespaced ? undefined : name;
}

/** Without times, which differ from one create to the next. */
function timeless(value: JsonValue | undefined): unknown {
  return JSON.parse(JSON.stringify(value ?? {}, (key, inner: unknown) => (/Time$/.test(key) ? 'time' : inner)));
}

async function inTurn<T>(items: readonly T[], step: (item: T) => Promise<readonly string[]>): Promise<string[]> {
  const faults: string[] = [];
  for (const item of items) faults.push(...(await step(item)));
  return faults;
}
