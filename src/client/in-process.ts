import { noSuchPath, statusBody, StatusError } from '../apimachinery/status.js';
import type { UserInfo } from '../apimachinery/user-info.js';
import type { Catalog } from '../registry/catalog.js';
import { dispatch } from '../registry/handlers/dispatch.js';
import type { HandlerEnvironment, RequestBody, ResourceRequest, ResourceResult } from '../registry/handlers/api-request.js';
import type { KubeObject } from '../registry/object.js';
import type { RequestContext } from '../registry/request.js';
import type { WatchEnd, WatchReceiver } from '../registry/watch.js';
import type { Watch } from '../storage/storage.js';
import { CatalogDiscovery } from './catalog-discovery.js';
import type { Client, DeleteOptions, Discovery, ListOptions, ObjectList, PatchKind, Target, WriteOptions } from './client.js';

export interface InProcessOptions {
  readonly catalog: Catalog;
  readonly handlers: HandlerEnvironment;
  /** Throws 403. */
  readonly authorize: (request: ResourceRequest, verb: string) => Promise<void> | void;
  /** Begins the audit trail's record of a request; absent where there is no trail. */
  readonly audit?: ((request: ResourceRequest, verb: string) => RequestContext['audit']) | undefined;
  readonly userFor: (name: string, groups: readonly string[]) => UserInfo;
  /** Reads from the servers behind APIServices; throws what they answer. Absent where there are none. */
  readonly aggregated?: ((path: string, user: UserInfo) => Promise<unknown>) | undefined;
}

/** A client that skips HTTP and nothing else: authorization, admission and validation apply. */
export function createInProcessClient(options: InProcessOptions, user: UserInfo, userAgent: string): Client {
  return new InProcessClient(options, user, userAgent);
}

type Query = Map<string, readonly string[]>;

class InProcessClient implements Client {
  constructor(
    private readonly options: InProcessOptions,
    private readonly user: UserInfo,
    private readonly userAgent: string,
  ) {}

  as(user: string, groups: readonly string[], userAgent = this.userAgent): Client {
    return new InProcessClient(this.options, this.options.userFor(user, groups), userAgent);
  }

  async get<T extends KubeObject>(target: Target, name: string): Promise<T> {
    return objectOf(await this.run(target, 'get', name, new Map(), undefined)) as T;
  }

  async list<T extends KubeObject>(target: Target, options: ListOptions = {}): Promise<ObjectList<T>> {
    const result = await this.run(target, 'list', '', listQuery(options), undefined);
    if (result.kind !== 'list') throw new Error('a list must answer with a list');
    const { conversion } = this.definition(target);
    const items = result.items.map((item) => (conversion === undefined ? item.value : conversion.fromStorage(item.value)));
    return { items: items as T[], resourceVersion: String(result.revision), continue: result.continue };
  }

  async watch(target: Target, options: ListOptions, receiver: WatchReceiver, onEnd?: WatchEnd): Promise<Watch> {
    const result = await this.run(target, 'watch', '', listQuery(options), undefined);
    if (result.kind !== 'watch') throw new Error('a watch must answer with a watch');
    return await result.open(receiver, onEnd);
  }

  async create<T extends KubeObject>(target: Target, object: T, options: WriteOptions = {}, name = ''): Promise<T> {
    return objectOf(await this.run(target, 'create', name, writeQuery(options), { object })) as T;
  }

  async update<T extends KubeObject>(target: Target, object: T, options: WriteOptions = {}): Promise<T> {
    return objectOf(await this.run(target, 'update', object.metadata.name ?? '', writeQuery(options), { object })) as T;
  }

  async patch<T extends KubeObject>(
    target: Target,
    name: string,
    kind: PatchKind,
    patch: object,
    options: WriteOptions & { readonly force?: boolean } = {},
  ): Promise<T> {
    const query = writeQuery(options);
    if (options.force === true) query.set('force', ['true']);
    const body: RequestBody = { bytes: Buffer.from(JSON.stringify(patch)), mediaType: 'json' };
    return objectOf(await this.run(target, 'patch', name, query, body, kind)) as T;
  }

  async delete(target: Target, name: string, options: DeleteOptions = {}): Promise<void> {
    const body = { object: { kind: 'DeleteOptions', apiVersion: 'v1', ...options } as unknown as KubeObject };
    await this.run(target, 'delete', name, new Map(), body);
  }

  async deleteCollection(target: Target, list: ListOptions = {}, options: DeleteOptions = {}): Promise<void> {
    const body = { object: { kind: 'DeleteOptions', apiVersion: 'v1', ...options } as unknown as KubeObject };
    await this.run(target, 'deletecollection', '', listQuery(list), body);
  }

  async aggregated(path: string): Promise<unknown> {
    if (this.options.aggregated === undefined) throw noSuchPath();
    return await this.options.aggregated(path, this.user);
  }

  get discovery(): Discovery {
    return new CatalogDiscovery(this.options.catalog);
  }

  private definition(target: Target): ResourceRequest['definition'] {
    const { group, version, resource } = target.resource;
    const definition = this.options.catalog.find(group, version, resource);
    if (definition === undefined) throw noSuchPath();
    return definition;
  }

  private async run(
    target: Target,
    verb: string,
    name: string,
    query: Query,
    body: RequestBody | undefined,
    patch?: PatchKind,
  ): Promise<ResourceResult> {
    const definition = this.definition(target);
    const spec = target.subresource === undefined ? undefined : definition.subresources.get(target.subresource);
    if (target.subresource !== undefined && spec === undefined) throw noSuchPath();
    const request: ResourceRequest = {
      definition,
      subresource: spec === undefined ? undefined : { name: target.subresource ?? '', spec },
      context: {
        user: this.user,
        verb,
        namespace: definition.namespaced ? (target.namespace ?? '') : '',
        name,
        userAgent: this.userAgent,
        path: '',
        warn: () => undefined,
        annotate: () => undefined,
      },
      query,
      body,
    };
    const audit = this.options.audit?.(request, verb);
    return audit === undefined ? await this.perform(request, verb, patch) : await this.performAudited(request, verb, patch, audit);
  }

  private async perform(request: ResourceRequest, verb: string, patch: PatchKind | undefined): Promise<ResourceResult> {
    const allowed = this.options.authorize(request, verb);
    if (allowed instanceof Promise) await allowed;
    return await dispatch(request, verb, this.options.handlers, patch);
  }

  private async performAudited(
    request: ResourceRequest,
    verb: string,
    patch: PatchKind | undefined,
    audit: NonNullable<RequestContext['audit']>,
  ): Promise<ResourceResult> {
    const context = { ...request.context, audit, annotate: audit.annotate.bind(audit) };
    try {
      const result = await this.perform({ ...request, context }, verb, patch);
      if (result.kind === 'watch') return { ...result, open: auditedWatch(result.open, audit) };
      if (result.kind === 'object') audit.answered(result.object);
      if (result.kind === 'status') audit.answered(result.body);
      audit.completed(result.kind === 'list' ? 200 : result.status);
      return result;
    } catch (error) {
      const status = error instanceof StatusError ? error.status : undefined;
      if (status === undefined) audit.panicked(error instanceof Error ? error.message : String(error));
      else {
        audit.answered(statusBody(status));
        audit.completed(status.code);
      }
      throw error;
    }
  }
}

type OpenWatch = Extract<ResourceResult, { kind: 'watch' }>['open'];

/** A watch whose beginning and end are told. */
function auditedWatch(open: OpenWatch, audit: NonNullable<RequestContext['audit']>): OpenWatch {
  return async (receiver, onEnd) => {
    const watch = await open(receiver, onEnd);
    audit.started(200);
    return {
      close: () => {
        watch.close();
        audit.completed(200);
      },
    };
  };
}

function objectOf(result: ResourceResult): KubeObject {
  if (result.kind === 'object') return result.object;
  if (result.kind === 'status') return result.body as unknown as KubeObject;
  throw new Error(`expected an object, got a ${result.kind}`);
}

function listQuery(options: ListOptions): Query {
  const query: Query = new Map();
  for (const [key, value] of Object.entries(options)) if (value !== undefined) query.set(key, [String(value)]);
  return query;
}

function writeQuery(options: WriteOptions): Query {
  const query: Query = new Map();
  if (options.fieldManager !== undefined) query.set('fieldManager', [options.fieldManager]);
  if (options.dryRun === true) query.set('dryRun', ['All']);
  return query;
}
