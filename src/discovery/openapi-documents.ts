import { createHash } from 'node:crypto';
import { groupVersionPath, type GroupVersion, type GroupVersionKind } from '../apimachinery/group-version.js';
import type { GroupVersionFacts, TypeRegistry } from '../schema/registry.js';
import type { StructType } from '../schema/type.js';
import { BuiltinRoutes, discoveryRoute } from './openapi-builtin-routes.js';
import { addCustomDefinitions, customRoutes, type CustomOpenApi } from './openapi-custom.js';
import type { Route } from './openapi-routes.js';
import { Definitions, type Describe, type Dialect } from './openapi-schema.js';
import { openApiV2, type OpenApiV2 } from './openapi-v2.js';
import { encodeOpenApiV2 } from './openapi-v2-protobuf.js';
import { encodeOpenApiV3 } from './openapi-v3-protobuf.js';
import { openApiV3, type OpenApiV3 } from './openapi-v3.js';

/** A document in the forms that it is served in. Only bytes are kept: the trees that they are made from are large. */
export class Document {
  readonly json: Buffer;
  /** Stands in the index and, quoted, in the ETag of both forms. */
  readonly hash: string;
  readonly #encode: (value: unknown) => Buffer;
  #protobuf: Buffer | undefined;

  constructor(value: unknown, encode: (value: unknown) => Buffer, hash?: string) {
    this.json = Buffer.from(JSON.stringify(value));
    this.hash = hash ?? sha512(this.json);
    this.#encode = encode;
  }

  /** gnostic's `openapi.v2.Document` or `openapi.v3.Document`. */
  get protobuf(): Buffer {
    return (this.#protobuf ??= this.#encode(JSON.parse(this.json.toString('utf8'))));
  }
}

const NO_OTHERS: ReadonlyMap<string, string> = new Map();

interface Part {
  readonly gv?: GroupVersion | undefined;
  readonly routes: () => Route[];
}

/**
 * Every OpenAPI document of a server. They are made when they are first asked for and kept;
 * those of custom resources until `custom` answers with other resources.
 */
export class OpenApiDocuments {
  readonly #registry: TypeRegistry;
  readonly #describe: Describe;
  readonly #custom: () => readonly CustomOpenApi[];
  readonly #builtin: ReadonlyMap<string, Part>;
  readonly #builtinDocuments = new Map<string, Document>();
  #known: readonly CustomOpenApi[] = [];
  #customDocuments = new Map<string, Document>();
  #index: Buffer | undefined;
  #v2: Document | undefined;

  /** `custom` must return the same array as long as nothing changed. */
  constructor(registry: TypeRegistry, custom: () => readonly CustomOpenApi[] = () => []) {
    this.#registry = registry;
    this.#describe = describer(registry);
    this.#custom = custom;
    this.#builtin = builtinParts(registry, this.#describe);
  }

  /**
   * GET /openapi/v3: where each document is, as JSON.
   * @param others hashes of the documents that other servers have
   */
  v3Index(others: ReadonlyMap<string, string> = NO_OTHERS): Buffer {
    this.#refresh();
    if (others.size > 0) return this.#makeIndex(others);
    return (this.#index ??= this.#makeIndex(others));
  }

  #makeIndex(others: ReadonlyMap<string, string>): Buffer {
    const names = [...new Set([...this.#builtin.keys(), ...customNames(this.#known), ...others.keys()])].sort();
    const paths = Object.fromEntries(
      names.map((name) => [name, { serverRelativeURL: `/openapi/v3/${name}?hash=${others.get(name) ?? this.#hashOf(name)}` }]),
    );
    return Buffer.from(JSON.stringify({ paths }));
  }

  /** GET /openapi/v3/<name>, such as `apis/apps/v1`; undefined if there is no such document. */
  v3(name: string): Document | undefined {
    this.#refresh();
    const part = this.#builtin.get(name);
    const cache = part === undefined ? this.#customDocuments : this.#builtinDocuments;
    let made = cache.get(name);
    if (made === undefined) {
      const value = part === undefined ? this.#customV3(name) : this.#builtinV3(part);
      if (value === undefined) return undefined;
      made = new Document(value, (tree) => encodeOpenApiV3(tree as OpenApiV3), part && this.#builtinHash(name));
      cache.set(name, made);
    }
    return made;
  }

  /** GET /openapi/v2. */
  v2(): Document {
    this.#refresh();
    return (this.#v2 ??= new Document(this.#makeV2(), (tree) => encodeOpenApiV2(tree as OpenApiV2)));
  }

  /** GET /openapi/v2 with what other servers have: their definitions and paths come after ours, and never replace them. */
  v2With(others: readonly object[]): Document {
    const own = JSON.parse(this.v2().json.toString('utf8')) as OpenApiV2;
    const merged = others.reduce<OpenApiV2>((document, other) => {
      const { paths = {}, definitions = {} } = other as Partial<OpenApiV2>;
      return { ...document, paths: { ...paths, ...document.paths }, definitions: { ...definitions, ...document.definitions } };
    }, own);
    return new Document(merged, (tree) => encodeOpenApiV2(tree as OpenApiV2));
  }

  #refresh(): void {
    const now = this.#custom();
    if (now === this.#known) return;
    this.#known = now;
    this.#customDocuments = new Map();
    this.#index = undefined;
    this.#v2 = undefined;
  }

  #hashOf(name: string): string {
    return this.#builtin.has(name) ? this.#builtinHash(name) : (this.v3(name)?.hash ?? '');
  }

  /** Of what built-in documents are made from, so that the index does not have to make them all. */
  #builtinHash(name: string): string {
    return sha512(`${this.#registry.facts.index.hash}/${name}`);
  }

  #builtinV3({ gv, routes }: Part): OpenApiV3 {
    return openApiV3(
      routes(),
      this.#definitions('v3', (type) => narrowed(this.#registry.kindsOf(type), gv)),
      this.#info(),
    );
  }

  #customV3(name: string): OpenApiV3 | undefined {
    const resources = this.#known.filter((resource) => groupVersionPath(resource) === `/${name}`);
    if (resources.length === 0) return undefined;
    const definitions = this.#definitions('v3', (type) => withoutServerGroups(this.#registry.kindsOf(type)));
    const routes = resources.flatMap((resource) => customRoutes(resource, this.#registry, this.#describe));
    for (const resource of resources) addCustomDefinitions(resource, definitions, this.#registry, 'v3', this.#describe);
    return openApiV3(routes, definitions, { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' }, false);
  }

  #makeV2(): OpenApiV2 {
    const definitions = this.#definitions('v2', (type) => this.#registry.kindsOf(type));
    const routes = [...this.#builtin.values()].flatMap((part) => part.routes());
    for (const resource of this.#known) {
      routes.push(...customRoutes(resource, this.#registry, this.#describe));
      addCustomDefinitions(resource, definitions, this.#registry, 'v2', this.#describe);
    }
    return openApiV2(routes, definitions, this.#info());
  }

  #definitions(dialect: Dialect, kindsOf: (type: StructType) => readonly GroupVersionKind[]): Definitions {
    return new Definitions(dialect, kindsOf, this.#describe);
  }

  #info(): OpenApiV3['info'] {
    return { title: 'Kubernetes', version: this.#registry.facts.index.openapi };
  }
}

/** The server narrows kinds that every group version has to the document's own, and core/v1. */
function narrowed(kinds: readonly GroupVersionKind[], gv: GroupVersion | undefined): readonly GroupVersionKind[] {
  if (kinds.length < 2) return kinds;
  return kinds.filter((kind) => (kind.group === '' && kind.version === 'v1') || (kind.group === gv?.group && kind.version === gv.version));
}

/** Documents of custom resources are made with client-go's scheme, which lacks what only servers speak. */
function withoutServerGroups(kinds: readonly GroupVersionKind[]): readonly GroupVersionKind[] {
  return kinds.filter(({ group }) => !SERVER_GROUPS.has(group));
}

const SERVER_GROUPS: ReadonlySet<string> = new Set([
  'admission.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'imagepolicy.k8s.io',
]);

function customNames(resources: readonly CustomOpenApi[]): Iterable<string> {
  return new Set(resources.map((resource) => groupVersionPath(resource).slice(1)));
}

/** Finds descriptions in the files that the build made; each is read once. */
function describer(registry: TypeRegistry): Describe {
  const files = new Map(registry.facts.index.files.map((entry) => [entry.definitions, entry.file]));
  const read = new Map<string, ReturnType<typeof registry.facts.descriptions>>();
  return (definition, field = '') => {
    const dot = definition.lastIndexOf('.');
    const file = files.get(definition.slice(0, dot));
    if (file === undefined) return undefined;
    let texts = read.get(file);
    if (texts === undefined) read.set(file, (texts = registry.facts.descriptions(file)));
    return texts[definition.slice(dot + 1)]?.[field];
  };
}

function builtinParts(registry: TypeRegistry, describe: Describe): ReadonlyMap<string, Part> {
  const make = new BuiltinRoutes(registry, describe);
  const parts = new Map<string, Part>([
    ['api', { routes: () => [discoveryRoute(registry, '/api/', 'APIVersions', 'getAPIVersions', 'get available API versions')] }],
    ['apis', { routes: () => [discoveryRoute(registry, '/apis/', 'APIGroupList', 'getAPIVersions', 'get available API versions')] }],
    ['version', { routes: () => [versionRoute(registry)] }],
    ['openid/v1/jwks', { routes: () => [JWKS] }],
    ['.well-known/openid-configuration', { routes: () => [OPENID_CONFIGURATION] }],
  ]);
  for (const gv of registry.groupVersions) {
    if (gv.group !== '')
      parts.set(`apis/${gv.group}`, {
        routes: () => [discoveryRoute(registry, `/apis/${gv.group}/`, 'APIGroup', 'getAPIGroup', 'get information of a group')],
      });
    parts.set(groupVersionPath(gv).slice(1), { gv, routes: () => groupVersionRoutes(gv, registry, make) });
  }
  return parts;
}

function groupVersionRoutes(gv: GroupVersionFacts, registry: TypeRegistry, make: BuiltinRoutes): Route[] {
  const list = discoveryRoute(registry, `${groupVersionPath(gv)}/`, 'APIResourceList', 'getAPIResources', 'get available resources');
  return [list, ...gv.resources.flatMap((resource) => make.of(resource))];
}

const JSON_ONLY = ['application/json'];

function versionRoute(registry: TypeRegistry): Route {
  const answer = registry.typeByName('io.k8s.apimachinery.pkg.version.Info');
  return {
    path: '/version/',
    method: 'get',
    operation: 'getCodeVersion',
    description: 'get the version information for this server',
    parameters: [],
    consumes: JSON_ONLY,
    produces: JSON_ONLY,
    answer,
    statuses: [200],
  };
}

const JWKS: Route = {
  path: '/openid/v1/jwks/',
  method: 'get',
  operation: 'getServiceAccountIssuerOpenIDKeyset',
  description: 'get service account issuer OpenID JSON Web Key Set (contains public token verification keys)',
  parameters: [],
  consumes: [],
  produces: ['application/jwk-set+json'],
  answer: undefined,
  statuses: [200],
};

const OPENID_CONFIGURATION: Route = {
  path: '/.well-known/openid-configuration/',
  method: 'get',
  operation: 'getServiceAccountIssuerOpenIDConfiguration',
  description: "get service account issuer OpenID configuration, also known as the 'OIDC discovery doc'",
  parameters: [],
  consumes: [],
  produces: JSON_ONLY,
  answer: undefined,
  statuses: [200],
};

function sha512(content: string | Buffer): string {
  return createHash('sha512').update(content).digest('hex').toUpperCase();
}
