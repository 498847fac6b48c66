import { dayOf, TRACKING } from '../apimachinery/legacy-tokens.js';
import { createHash } from 'node:crypto';
import os from 'node:os';
import type { Clock } from '../apimachinery/clock.js';
import { parseApiVersion, type GroupVersionResource } from '../apimachinery/group-version.js';
import type { Random } from '../apimachinery/random.js';
import { formatMicroTime } from '../apimachinery/time.js';
import { bootstrapPolicy } from '../auth/bootstrap/policy.js';
import type { Client } from '../client/client.js';
import type { Catalog } from '../registry/catalog.js';
import type { KubeObject } from '../registry/object.js';
import { typeRegistry } from '../schema/types.js';
import { danglingCondition, FLOW_CONTROL_CONSUMER, FLOW_SCHEMA } from './flow-schemas.js';

export interface BootstrapOptions {
  readonly catalog: Catalog;
  /** The address that the Service `kubernetes` leads to. */
  readonly address: string;
  readonly port: number;
  readonly serviceCidrs: readonly string[];
  /** The first address of the first range. */
  readonly serviceAddress: string;
  /** What aggregated servers need to authenticate requests: the data of a ConfigMap. */
  readonly authentication: Readonly<Record<string, string>>;
  readonly random: Random;
  readonly clock: Clock;
}

/** The agent under which most starting objects are written; managedFields name it. */
const AGENT = 'kube-apiserver';

/** Creates what the API server itself creates at its start, in its order. */
export async function bootstrap(client: Client, options: BootstrapOptions): Promise<void> {
  const server = client.as('system:apiserver', ['system:masters'], AGENT);
  const create = async (object: KubeObject, by: Client = server): Promise<void> => {
    await by.create({ resource: resourceOf(options.catalog, object), namespace: object.metadata.namespace }, object);
  };
  for (const name of ['kube-system', 'kube-public', 'kube-node-lease', 'default'])
    await create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await serviceCidr(client, create, options);
  for (const object of apiServices()) await create(object);
  await create(extensionAuthentication(options));
  await create(tokenTracking(options.clock));
  await create(identityLease(options));
  await flowControlAndClasses(client, create, options);
  for (const { object } of bootstrapPolicy()) await create(object as unknown as KubeObject);
  for (const object of masterService(options)) await create(object);
}

type Create = (object: KubeObject, by?: Client) => Promise<void>;

function resourceOf(catalog: Catalog, object: KubeObject): GroupVersionResource {
  const gv = parseApiVersion(object.apiVersion);
  const definition = gv === undefined ? undefined : catalog.findKind({ ...gv, kind: object.kind });
  if (definition === undefined) throw new Error(`no resource serves the starting object ${object.apiVersion} ${object.kind}`);
  return definition;
}

/** One APIService for each built-in group version (kube-aggregator's autoregistration). */
function apiServices(): KubeObject[] {
  return typeRegistry()
    .groupVersions.map(({ group, version, groupPriority, versionPriority }) => ({
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: `${version}.${group}`, labels: { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' } },
      spec: {
        ...(group === '' ? {} : { group }),
        version,
        groupPriorityMinimum: groupPriority,
        versionPriority,
      },
    }))
    .filter(({ metadata }) => !metadata.name.endsWith('.apiregistration.k8s.io'));
}

/** Tells aggregated servers whose certificates count, and which headers the front proxy sends (Go: clusterauthenticationtrust). */
function extensionAuthentication({ authentication }: BootstrapOptions): KubeObject {
  const metadata = { namespace: 'kube-system', name: 'extension-apiserver-authentication' };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: authentication } as KubeObject;
}

/** Since when unused token Secrets are looked for (KEP-2799). */
function tokenTracking(clock: Clock): KubeObject {
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...TRACKING },
    data: { since: dayOf(clock.now()) },
  };
  return object;
}

/** The lease by which API servers know of each other (KEP-1965). */
function identityLease({ address, port, random, clock }: BootstrapOptions): KubeObject {
  const hash = createHash('sha256')
    .update(`${address}:${String(port)}`)
    .digest();
  const name = `apiserver-${base32(hash.subarray(0, 16))}`;
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      namespace: 'kube-system',
      name,
      labels: { 'apiserver.kubernetes.io/identity': 'kube-apiserver', 'kubernetes.io/hostname': os.hostname() },
      annotations: { 'kubernetes.io/peer-advertise-address': `${address}:${String(port)}` },
    },
    spec: { holderIdentity: `${name}_${random.uuid()}`, leaseDurationSeconds: 3600, renewTime: formatMicroTime(clock.now()) },
  };
}

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** RFC 4648 base 32 in lower case, without padding. */
function base32(bytes: Uint8Array): string {
  let out = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xffff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += BASE32[(value >> bits) & 31] ?? '';
    }
  }
  if (bits > 0) out += BASE32[(value << (5 - bits)) & 31] ?? '';
  return out;
}

/** Priority levels, flow schemas with their condition, and priority classes. */
async function flowControlAndClasses(client: Client, create: Create, options: BootstrapOptions): Promise<void> {
  const producer = client.as('system:apiserver', ['system:masters'], 'api-priority-and-fairness-config-producer-v1');
  for (const value of typeRegistry().facts.fixture('start')) {
    const object = value as unknown as KubeObject;
    const own = object.apiVersion.startsWith('flowcontrol.');
    await create(object, own ? producer : undefined);
    if (object.kind !== 'FlowSchema') continue;
    const level = (object.spec as { priorityLevelConfiguration: { name: string } }).priorityLevelConfiguration.name;
    await applyStatus(
      client,
      FLOW_SCHEMA,
      object,
      { conditions: [danglingCondition(level, true, options.clock.now())] },
      FLOW_CONTROL_CONSUMER,
    );
  }
}

function isoSeconds(clock: Clock): string {
  return `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
}

async function applyStatus(
  client: Client,
  resource: GroupVersionResource,
  object: KubeObject,
  status: object,
  manager: string,
): Promise<void> {
  const { apiVersion, kind, metadata } = object;
  await client.patch(
    { resource, subresource: 'status' },
    metadata.name ?? '',
    'apply',
    { apiVersion, kind, metadata: { name: metadata.name }, status },
    { fieldManager: manager, force: true },
  );
}

async function serviceCidr(client: Client, create: Create, options: BootstrapOptions): Promise<void> {
  const object: KubeObject = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    metadata: { name: 'kubernetes' },
    spec: { cidrs: options.serviceCidrs },
  };
  await create(object);
  const condition = {
    type: 'Ready',
    status: 'True',
    lastTransitionTime: isoSeconds(options.clock),
    message: 'Kubernetes default Service CIDR is ready',
  };
  await applyStatus(client, resourceOf(options.catalog, object), object, { conditions: [condition] }, 'kubernetes-service-cidr-controller');
}

/** Service default/kubernetes and where it leads. */
function masterService({ address, port, serviceAddress }: BootstrapOptions): KubeObject[] {
  const name = 'kubernetes';
  const namespace = 'default';
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: port }],
      clusterIP: serviceAddress,
      type: 'ClusterIP',
      sessionAffinity: 'None',
      ipFamilyPolicy: 'SingleStack',
      internalTrafficPolicy: 'Cluster',
    },
  };
  const endpoints = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name, namespace, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: [{ ip: address }], ports: [{ name: 'https', port, protocol: 'TCP' }] }],
  };
  const slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace, labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: address.includes(':') ? 'IPv6' : 'IPv4',
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports: [{ name: 'https', protocol: 'TCP', port }],
  };
  return [service, endpoints, slice];
}
