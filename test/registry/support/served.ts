import { AdmissionChain, type AdmissionPlugin } from '../../../src/admission/admission.js';
import { VirtualClock } from '../../../src/apimachinery/clock.js';
import { SeededRandom } from '../../../src/apimachinery/random.js';
import { parseApiVersion, type GroupVersion } from '../../../src/apimachinery/group-version.js';
import { statusBody, StatusError } from '../../../src/apimachinery/status.js';
import type { UserInfo } from '../../../src/apimachinery/user-info.js';
import { danglingCondition } from '../../../src/bootstrap/flow-schemas.js';
import type { AccessForBehaviours, BehaviourEnvironment } from '../../../src/registry/behaviour.js';
import { addBuiltinResources } from '../../../src/registry/builtin.js';
import { Catalog } from '../../../src/registry/catalog.js';
import type { HandlerEnvironment, ResourceRequest } from '../../../src/registry/handlers/api-request.js';
import { dispatch, type PatchType } from '../../../src/registry/handlers/dispatch.js';
import type { KubeObject } from '../../../src/registry/object.js';
import { typeRegistry } from '../../../src/schema/types.js';
import { createMemoryStorage } from '../../../src/storage/memory.js';

export type { PatchType };

/** An answer as a client of HTTP sees it. */
export interface Answer {
  readonly code: number;
  readonly body: object;
  readonly warnings: readonly string[];
}

/** The moment at which everything happens. */
export const NOW = Date.parse('2026-11-21T03:00:00Z');

const NETWORK = { serviceCidrs: ['10.96.0.0/16'], nodePorts: { from: 30000, to: 32767 } };
const ADMIN: UserInfo = { name: 'admin', uid: 'admin-uid', groups: ['system:masters', 'system:authenticated'], extra: {} };
const VERBS: Readonly<Record<string, string>> = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/** The built-in resources in memory, without HTTP and access control; admission only as far as plug-ins are given. */
export class Served {
  readonly catalog = new Catalog();
  readonly environment: BehaviourEnvironment;
  private readonly handlers: HandlerEnvironment;

  constructor(
    access: Partial<AccessForBehaviours> = {},
    private readonly network: Pick<BehaviourEnvironment, 'serviceCidrs' | 'nodePorts'> = NETWORK,
    plugins: (environment: BehaviourEnvironment) => readonly AdmissionPlugin[] = () => [],
  ) {
    const { catalog } = this;
    const anyone = {
      checkRole: () => undefined,
      checkBinding: () => undefined,
      authorizer: { authorize: () => ({ decision: 'allow', reason: '' }) },
    };
    const environment: BehaviourEnvironment = {
      storage: createMemoryStorage<KubeObject>({
        stamp: (object, revision) => ({ ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } }),
      }),
      clock: new VirtualClock(NOW),
      random: new SeededRandom(1),
      store: ({ group, resource }) => catalog.findResource(group, resource)?.store,
      definition: ({ group, resource }) => catalog.findResource(group, resource),
      definitionOf: (kind) => catalog.findKind(kind),
      access: () => ({ ...anyone, ...access }) as AccessForBehaviours,
      ...network,
    };
    addBuiltinResources(catalog, environment);
    this.environment = environment;
    this.handlers = {
      admission: new AdmissionChain(plugins(environment)),
      authorizeCreate: () => undefined,
      now: () => '2026-11-21T03:00:00Z',
    };
  }

  /** Creates what a server has from its start as far as tests need it: service addresses, priority levels, flow schemas and classes. */
  async begin(): Promise<void> {
    await this.ask('POST /apis/networking.k8s.io/v1/servicecidrs', {
      metadata: { name: 'kubernetes' },
      spec: { cidrs: this.network.serviceCidrs },
    });
    for (const object of typeRegistry().facts.fixture('start') as unknown as readonly KubeObject[]) {
      const { apiVersion, kind, metadata, spec } = object;
      const definition = this.catalog.findKind({ ...parseApiVersionOf(apiVersion), kind });
      if (definition === undefined) continue;
      const path = `/apis/${apiVersion}/${definition.resource}`;
      await this.ask(`POST ${path}`, object);
      if (kind !== 'FlowSchema') continue;
      const { name: level = '' } = (spec as { priorityLevelConfiguration: { name?: string } }).priorityLevelConfiguration;
      await this.ask(`PATCH ${path}/${metadata.name ?? ''}/status`, { status: { conditions: [danglingCondition(level, true, NOW)] } });
    }
  }

  /** Answers `POST /api/v1/namespaces/x/pods` and its like: of the paths, those of objects, collections and subresources. */
  async ask(request: string, body?: object, patchType: PatchType = 'merge', user = ADMIN): Promise<Answer> {
    const [method = '', url = ''] = request.split(' ');
    const { pathname, searchParams } = new URL(url, 'https://test');
    const place = this.place(pathname);
    const warnings: string[] = [...(place.definition.warnings ?? [])];
    const resourceRequest: ResourceRequest = {
      definition: place.definition,
      subresource: place.subresource,
      context: {
        user,
        namespace: place.namespace,
        name: place.name,
        userAgent: 'test',
        path: pathname,
        warn: (text) => warnings.push(text),
        annotate: () => undefined,
      },
      query: new Map(Array.from(searchParams, ([key, value]) => [key, [value]])),
      body: body === undefined ? undefined : { bytes: Buffer.from(JSON.stringify(body)), mediaType: 'json' },
    };
    const verb = method === 'GET' && place.name === '' ? 'list' : (VERBS[method] ?? '');
    try {
      const result = await dispatch(resourceRequest, verb, this.handlers, method === 'PATCH' ? patchType : undefined);
      if (result.kind === 'object') {
        const { conversion, kind } = place.definition;
        const shown = conversion !== undefined && result.gvk.kind === kind ? conversion.fromStorage(result.object) : result.object;
        return { code: result.status, body: shown, warnings };
      }
      if (result.kind === 'status') return { code: result.status, body: result.body, warnings };
      return { code: 200, body: {}, warnings };
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      return { code: error.status.code, body: statusBody(error.status), warnings };
    }
  }

  private place(pathname: string): Pick<ResourceRequest, 'definition' | 'subresource'> & { namespace: string; name: string } {
    const parts = pathname.split('/').slice(1);
    const [group = '', version = ''] = parts[0] === 'api' ? ['', parts[1]] : [parts[1], parts[2]];
    let rest = parts.slice(parts[0] === 'api' ? 2 : 3).map(decodeURIComponent);
    let namespace = '';
    if (rest[0] === 'namespaces' && rest.length > 2 && this.catalog.find(group, version, rest[2] ?? '')?.namespaced === true) {
      namespace = rest[1] ?? '';
      rest = rest.slice(2);
    }
    const [resource = '', name = '', subresource] = rest;
    const definition = this.catalog.find(group, version, resource);
    if (definition === undefined) throw new Error(`${pathname} is not served`);
    const spec = subresource === undefined ? undefined : definition.subresources.get(subresource);
    return { definition, subresource: spec === undefined ? undefined : { name: subresource ?? '', spec }, namespace, name };
  }
}

function parseApiVersionOf(apiVersion: string): GroupVersion {
  const parsed = parseApiVersion(apiVersion);
  if (parsed === undefined) throw new Error(`${apiVersion} is no group version`);
  return parsed;
}
