import { groupVersionPath, type GroupVersionKind } from '../apimachinery/group-version.js';
import type { ResourceFacts, SubresourceFacts, TypeRegistry } from '../schema/registry.js';
import type { StructType } from '../schema/type.js';
import type { Describe } from './openapi-schema.js';
import { NAMESPACE, nameParameter, optionParameters, PRETTY, PROXY_PATH } from './openapi-parameters.js';
import { titled, withArticle, type HttpMethod, type Parameter, type Route, type SchemaRef, type SuccessStatus } from './openapi-routes.js';

/** The routes of built-in resources, as the installer of k8s.io/apiserver registers them. */

const ANY = ['*/*'];
const OBJECT_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const STREAM_TYPES = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];
const PATCH_TYPES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

/** A GET whose query is an options type and whose answer is text. */
const TEXT_OPTIONS: Readonly<Record<string, string>> = { 'pods/log': 'PodLogOptions' };

const WATCH_ONE =
  ". deprecated: use the 'watch' parameter with a list operation instead, filtered to a single item with the 'fieldSelector' parameter.";
const WATCH_LIST = ". deprecated: use the 'watch' parameter with a list operation instead.";

/** GET of the documents of unaggregated discovery. */
export function discoveryRoute(registry: TypeRegistry, path: string, kind: string, operation: string, description: string): Route {
  const answer = registry.typeOf({ group: '', version: 'v1', kind });
  return {
    path,
    method: 'get',
    operation,
    description,
    parameters: [],
    consumes: OBJECT_TYPES,
    produces: OBJECT_TYPES,
    answer,
    statuses: [200],
  };
}

/** Makes the routes of resources from their facts. */
export class BuiltinRoutes {
  readonly #registry: TypeRegistry;
  readonly #describe: Describe;
  readonly #options = new Map<string, readonly Parameter[]>();

  constructor(registry: TypeRegistry, describe: Describe) {
    this.#registry = registry;
    this.#describe = describe;
  }

  of(resource: ResourceFacts): Route[] {
    const target = new Target(resource, this.#registry);
    const main =
      resource.verbs.includes('create') || resource.verbs.includes('list') || resource.verbs.includes('get')
        ? this.#mainRoutes(target)
        : [];
    return [...main, ...resource.subresources.flatMap((sub) => this.#subresourceRoutes(target, sub))];
  }

  #mainRoutes(target: Target): Route[] {
    const { resource, kind, namespaced } = target;
    const has = (verb: string): boolean => resource.verbs.includes(verb);
    const routes: Route[] = [];
    const listed = has('watch') ? 'list or watch objects of kind' : 'list objects of kind';
    const list = (path: string, operation: string): Route =>
      this.#get(target, {
        path,
        operation,
        description: `${listed} ${kind}`,
        action: 'list',
        answer: target.list,
        query: this.#listOptions(),
        stream: true,
      });
    if (has('list')) {
      routes.push(list(target.collection, `list${namespaced}${kind}`));
      if (resource.namespaced) routes.push(list(`${target.root}/${resource.resource}`, `list${kind}ForAllNamespaces`));
    }
    if (has('create')) {
      const query = this.#optionsOf('CreateOptions');
      routes.push(
        this.#write(target, {
          path: target.collection,
          method: 'post',
          action: 'post',
          operation: `create${namespaced}${kind}`,
          description: `create${withArticle(kind)}`,
          query,
          body: target.type,
          answer: target.type,
          statuses: [200, 201, 202],
        }),
      );
    }
    if (has('deletecollection')) routes.push(this.#deleteCollection(target));
    if (has('get'))
      routes.push(
        this.#get(target, {
          path: target.object,
          operation: `read${namespaced}${kind}`,
          description: `read the specified ${kind}`,
          action: 'get',
          answer: target.type,
        }),
      );
    if (has('update'))
      routes.push(this.#put(target, target.object, `replace${namespaced}${kind}`, `replace the specified ${kind}`, target.gvk));
    if (has('patch'))
      routes.push(this.#patch(target, target.object, `patch${namespaced}${kind}`, `partially update the specified ${kind}`, target.gvk));
    if (has('delete')) routes.push(this.#deleteOne(target));
    if (has('watch')) routes.push(...this.#watches(target));
    return routes;
  }

  #watches(target: Target): Route[] {
    const { resource, kind, namespaced } = target;
    const answer = this.#meta('WatchEvent');
    const watch = (path: string, operation: string, action: string, description: string): Route =>
      this.#get(target, { path, operation, description, action, answer, query: this.#listOptions(), stream: true });
    const watched = target.collection.replace(target.root, `${target.root}/watch`);
    const listed = `watch individual changes to a list of ${kind}${WATCH_LIST}`;
    const routes = [watch(watched, `watch${namespaced}${kind}List`, 'watchlist', listed)];
    if (resource.namespaced)
      routes.push(watch(`${target.root}/watch/${resource.resource}`, `watch${kind}ListForAllNamespaces`, 'watchlist', listed));
    if (resource.verbs.includes('get'))
      routes.push(
        watch(`${watched}/{name}`, `watch${namespaced}${kind}`, 'watch', `watch changes to an object of kind ${kind}${WATCH_ONE}`),
      );
    return routes;
  }

  #deleteCollection(target: Target): Route {
    const query = [
      ...this.#optionsOf('DeleteOptions'),
      ...this.#listOptions().filter(({ name }) => name !== 'watch' && name !== 'allowWatchBookmarks'),
    ];
    const route = {
      path: target.collection,
      method: 'delete',
      action: 'deletecollection',
      operation: `deletecollection${target.namespaced}${target.kind}`,
    } as const;
    return this.#write(target, {
      ...route,
      description: `delete collection of ${target.kind}`,
      query,
      body: this.#meta('DeleteOptions'),
      optional: true,
      answer: this.#meta('Status'),
      statuses: [200],
    });
  }

  #deleteOne(target: Target): Route {
    const answer = target.resource.returnsDeleted === true ? target.type : this.#meta('Status');
    const route = {
      path: target.object,
      method: 'delete',
      action: 'delete',
      operation: `delete${target.namespaced}${target.kind}`,
    } as const;
    return this.#write(target, {
      ...route,
      description: `delete${withArticle(target.kind)}`,
      query: this.#optionsOf('DeleteOptions'),
      body: this.#meta('DeleteOptions'),
      optional: true,
      answer,
      statuses: [200, 202],
    });
  }

  #subresourceRoutes(target: Target, sub: SubresourceFacts): Route[] {
    const { kind, namespaced } = target;
    const path = `${target.object}/${sub.name}`;
    const suffix = `${namespaced}${kind}${titled(sub.name)}`;
    if (sub.kind.kind.endsWith('Options')) return this.#connects(target, sub, path);
    const type = this.#registry.typeOf(sub.kind);
    const routes: Route[] = [];
    if (sub.verbs.includes('get')) routes.push(this.#getSubresource(target, sub, path, `read${suffix}`));
    if (sub.verbs.includes('create')) {
      const query = this.#optionsOf('CreateOptions');
      const description = `create ${sub.name} of${withArticle(kind)}`;
      routes.push(
        this.#write(target, {
          path,
          method: 'post',
          action: 'post',
          operation: `create${suffix}`,
          description,
          query,
          body: type,
          answer: type,
          statuses: [200, 201, 202],
          gvk: sub.kind,
        }),
      );
    }
    if (sub.verbs.includes('update'))
      routes.push(this.#put(target, path, `replace${suffix}`, `replace ${sub.name} of the specified ${kind}`, sub.kind));
    if (sub.verbs.includes('patch'))
      routes.push(this.#patch(target, path, `patch${suffix}`, `partially update ${sub.name} of the specified ${kind}`, sub.kind));
    return routes;
  }

  #getSubresource(target: Target, sub: SubresourceFacts, path: string, operation: string): Route {
    const options = TEXT_OPTIONS[`${target.resource.resource}/${sub.name}`];
    const route = { path, operation, description: `read ${sub.name} of the specified ${target.kind}`, action: 'get', gvk: sub.kind };
    if (options === undefined) return this.#get(target, { ...route, answer: this.#registry.typeOf(sub.kind) });
    const read = this.#get(target, { ...route, answer: undefined, query: this.#queryOf({ ...sub.kind, kind: options }) });
    return { ...read, produces: ['text/plain', ...read.produces] };
  }

  /** Streams take GET and POST, proxies every method, with and without a path. */
  #connects(target: Target, sub: SubresourceFacts, path: string): Route[] {
    const proxy = sub.verbs.includes('delete');
    const methods: readonly HttpMethod[] = proxy ? ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'] : ['get', 'post'];
    const parameters = [...target.pathParameters(path, sub.kind.kind), ...this.#queryOf(sub.kind)];
    const variants = proxy
      ? [
          { path, suffix: '', parameters },
          { path: `${path}/{path}`, suffix: 'WithPath', parameters: [...parameters, PROXY_PATH] },
        ]
      : [{ path, suffix: '', parameters }];
    return variants.flatMap((variant) =>
      methods.map((method) => ({
        path: variant.path,
        method,
        operation: `connect${titled(method)}${target.namespaced}${target.kind}${titled(sub.name)}${variant.suffix}`,
        description: `connect ${method.toUpperCase()} requests to ${sub.name} of ${target.kind}`,
        action: 'connect',
        gvk: sub.kind,
        parameters: variant.parameters,
        consumes: ANY,
        produces: ANY,
        answer: undefined,
        statuses: [200],
      })),
    );
  }

  #put(target: Target, path: string, operation: string, description: string, gvk: GroupVersionKind): Route {
    const type = this.#registry.typeOf(gvk);
    return this.#write(target, {
      path,
      method: 'put',
      action: 'put',
      operation,
      description,
      query: this.#optionsOf('UpdateOptions'),
      body: type,
      answer: type,
      statuses: [200, 201],
      gvk,
    });
  }

  #patch(target: Target, path: string, operation: string, description: string, gvk: GroupVersionKind): Route {
    const query = this.#optionsOf('PatchOptions');
    const route = this.#write(target, {
      path,
      method: 'patch',
      action: 'patch',
      operation,
      description,
      query,
      body: this.#meta('Patch'),
      answer: this.#registry.typeOf(gvk),
      statuses: [200, 201],
      gvk,
    });
    return { ...route, consumes: PATCH_TYPES };
  }

  #get(
    target: Target,
    parts: {
      path: string;
      operation: string;
      description: string;
      action: string;
      answer: SchemaRef;
      query?: readonly Parameter[];
      stream?: boolean;
      gvk?: GroupVersionKind;
    },
  ): Route {
    const gvk = parts.gvk ?? target.gvk;
    const parameters = [PRETTY, ...target.pathParameters(parts.path, gvk.kind), ...(parts.query ?? [])];
    const produces = parts.stream ? [...OBJECT_TYPES, ...STREAM_TYPES] : OBJECT_TYPES;
    const { path, operation, description, action, answer } = parts;
    return { path, method: 'get', operation, description, action, gvk, parameters, consumes: ANY, produces, answer, statuses: [200] };
  }

  #write(
    target: Target,
    parts: {
      path: string;
      method: HttpMethod;
      operation: string;
      description: string;
      action: string;
      query: readonly Parameter[];
      body: SchemaRef;
      optional?: boolean;
      answer: SchemaRef;
      statuses: readonly SuccessStatus[];
      gvk?: GroupVersionKind;
    },
  ): Route {
    const gvk = parts.gvk ?? target.gvk;
    const parameters = [PRETTY, ...target.pathParameters(parts.path, gvk.kind), ...parts.query];
    const { path, method, operation, description, action, answer, statuses } = parts;
    return {
      path,
      method,
      operation,
      description,
      action,
      gvk,
      parameters,
      body: { schema: parts.body, required: parts.optional !== true },
      consumes: ANY,
      produces: OBJECT_TYPES,
      answer,
      statuses,
    };
  }

  #meta(kind: string): StructType {
    const type = this.#registry.typeByName(`io.k8s.apimachinery.pkg.apis.meta.v1.${kind}`);
    if (type === undefined) throw new Error(`no facts about ${kind}`);
    return type;
  }

  #listOptions(): readonly Parameter[] {
    return this.#optionsOf('ListOptions');
  }

  #optionsOf(kind: string): readonly Parameter[] {
    return this.#queryOf({ group: '', version: 'v1', kind });
  }

  #queryOf(gvk: GroupVersionKind): readonly Parameter[] {
    let parameters = this.#options.get(gvk.kind);
    if (parameters === undefined) {
      const type = this.#registry.typeOf(gvk);
      parameters = type === undefined ? [] : optionParameters(type, this.#describe);
      this.#options.set(gvk.kind, parameters);
    }
    return parameters;
  }
}

/** A resource with the paths and names that its routes share. */
class Target {
  readonly resource: ResourceFacts;
  readonly kind: string;
  readonly gvk: GroupVersionKind;
  readonly type: StructType | undefined;
  readonly list: StructType | undefined;
  readonly root: string;
  /** Path of the collection within one namespace, or in the cluster. */
  readonly collection: string;
  readonly object: string;
  /** In operation ids. */
  readonly namespaced: 'Namespaced' | '';

  constructor(resource: ResourceFacts, registry: TypeRegistry) {
    const { group, version, kind } = resource;
    this.resource = resource;
    this.kind = kind;
    this.gvk = { group, version, kind };
    this.type = registry.typeOf(this.gvk);
    this.list = registry.listTypeOf(this.gvk);
    this.root = groupVersionPath(resource);
    this.namespaced = resource.namespaced ? 'Namespaced' : '';
    this.collection = `${this.root}/${resource.namespaced ? 'namespaces/{namespace}/' : ''}${resource.resource}`;
    this.object = `${this.collection}/{name}`;
  }

  pathParameters(path: string, kind: string): Parameter[] {
    return [...(path.includes('{namespace}') ? [NAMESPACE] : []), ...(path.includes('{name}') ? [nameParameter(kind)] : [])];
  }
}
