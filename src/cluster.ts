import type { AddressInfo } from 'node:net';
import os from 'node:os';
import type { Duplex } from 'node:stream';
import { AdmissionChain } from './admission/admission.js';
import { admissionPlugins } from './admission/plugins.js';
import { SystemClock, VirtualClock } from './apimachinery/clock.js';
import { SeededRandom, SystemRandom } from './apimachinery/random.js';
import { formatTime } from './apimachinery/time.js';
import { CertificateAuthority, servingHosts, type AuthorityKey } from './auth/certificates.js';
import { kubeconfig } from './auth/kubeconfig.js';
import { frontProxyCertificate, frontProxyTrust } from './auth/front-proxy.js';
import { Access } from './access.js';
import { aggregatedReads } from './aggregated-reads.js';
import { openAuditTrail, type AuditTrail } from './audit.js';
import { bootstrap } from './bootstrap/bootstrap.js';
import { reconcilePolicy } from './bootstrap/reconcile-policy.js';
import { followFlowSchemas } from './bootstrap/flow-schemas.js';
import type { Client } from './client/client.js';
import { createInProcessClient } from './client/in-process.js';
import { clusterKeys } from './cluster-keys.js';
import { clusterClock, type ClusterClock } from './cluster-clock.js';
import { DEFAULT_SERVICE_RANGE, type ClusterOptions } from './cluster-options.js';
import { flagValues } from './flag-values.js';
import { Components } from './components.js';
import { loadManifests } from './data.js';
import { serveWebhook, type ServedWebhook, type WebhookHandler } from './double/webhook.js';
import { RemoteApiServices } from './extensions/api-services/remote-api-services.js';
import { CustomResources } from './extensions/custom-resources.js';
import type { BehaviourEnvironment } from './registry/behaviour.js';
import { addBuiltinResources } from './registry/builtin.js';
import { policyTypeChecker } from './registry/admissionregistration/type-check.js';
import { Catalog } from './registry/catalog.js';
import type { HandlerEnvironment } from './registry/handlers/api-request.js';
import type { KubeObject } from './registry/object.js';
import { createApp, type App } from './server/app.js';
import { healthChecks, type HealthState } from './server/health-checks.js';
import { silentLogger } from './server/logger.js';
import { createMetrics } from './server/metrics.js';
import { ConversionMetrics } from './server/conversion-metrics.js';
import type { EarlyMetric } from './server/early-metrics.js';
import { PolicyMetrics } from './server/policy-metrics.js';
import { OpenConnections } from './server/open-connections.js';
import { WebhookMetrics } from './server/webhook-metrics.js';
import type { ServerOptions } from './server/options.js';
import { KUBERNETES_VERSION, versionDocument } from './server/version.js';
import { createMemoryStorage } from './storage/memory.js';
import { Connector } from './webhook/destination.js';
import { HttpsClient } from './webhook/https-client.js';
import { ConnectionRefused } from './webhook/go-errors.js';
import { ClusterNetwork, HOST_ADDRESS } from './webhook/network.js';
import { ServiceResolver, type Address } from './webhook/service-resolver.js';

/** Milliseconds; the default of kube-apiserver's --etcd-compaction-interval. */
const ETCD_COMPACTION_INTERVAL = 5 * 60 * 1000;

/** A running cluster. `await using cluster = await startCluster()` stops it at the end of the block. */
export interface Cluster extends AsyncDisposable {
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  /** Plain HTTP as admin, if asked for. */
  readonly insecureUrl: string | undefined;
  /** The version that /version tells. */
  readonly version: string;
  /** An admin kubeconfig with everything embedded (YAML). */
  readonly kubeconfig: string;
  /** A kubeconfig for any user, with a client certificate (YAML). Service accounts have their groups by themselves. */
  kubeconfigFor(identity: KubeconfigIdentity): string;
  /** PEM of the CA that signed the serving certificate. */
  readonly caPem: string;
  /** In-process client of the admin: no HTTP, but all the rest. */
  readonly client: Client;
  /** The time that everything in the cluster goes by. */
  readonly clock: ClusterClock;
  /** Resolves when no controller, scheduler or kubelet has anything left to do. */
  settled(): Promise<void>;
  /** Serves a webhook in this process over HTTPS on loopback, until it is closed or the cluster stops. */
  webhook(handler: WebhookHandler): Promise<ServedWebhook>;
  /** Ends watches, closes the ports and forgets everything. */
  stop(): Promise<void>;
}

/** Whom a kubeconfig is for. */
export interface KubeconfigIdentity {
  readonly user: string;
  readonly groups?: readonly string[] | undefined;
  /** The context's namespace; `default` if absent. */
  readonly namespace?: string | undefined;
}

/** Starts a control plane in this process. Resolves when it is ready. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const running = await assemble(options);
  try {
    await running.begin();
    return running;
  } catch (error) {
    await running.stop();
    throw error;
  }
}

async function assemble(options: ClusterOptions): Promise<RunningCluster> {
  const { clock, shown } = clusterClock(
    options.clock,
    () => new SystemClock(),
    () => components.settled(),
  );
  const random = options.seed === undefined ? new SystemRandom() : new SeededRandom(options.seed);
  const logger = options.logger ?? silentLogger;
  const audit = await openAuditTrail(options, clock);
  const storage = createMemoryStorage<KubeObject>({
    stamp: (object, revision, owned) => {
      const resourceVersion = String(revision);
      if (owned) {
        object.metadata.resourceVersion = resourceVersion;
        return object;
      }
      return { ...object, metadata: { ...object.metadata, resourceVersion } };
    },
    compactionInterval: ETCD_COMPACTION_INTERVAL,
    now: () => clock.now(),
  });
  const catalog = new Catalog();
  const serviceCidrs = (options.serviceClusterIpRange ?? DEFAULT_SERVICE_RANGE).split(',');
  const environment: BehaviourEnvironment = {
    storage,
    clock,
    random,
    store: ({ group, resource }) => catalog.findResource(group, resource)?.store,
    definition: ({ group, resource }) => catalog.findResource(group, resource),
    definitionOf: (kind) => catalog.findKind(kind),
    access: () => access,
    runs: (component) => components.runs(component),
    nodes: () => components.nodeConnections,
    serviceCidrs,
    nodePorts: { from: 30000, to: 32767 },
  };
  addBuiltinResources(catalog, environment);
  const address = { value: '' };
  const ca = CertificateAuthority.create({ key: await authorityKey(options.seed, 'kubernetes') });
  const access = new Access({
    storage,
    clock,
    random,
    ca,
    logger,
    tokens: options.tokens,
    clientCa: options.clientCa,
    requestHeader: options.requestHeader,
    modes: options.authorizationModes,
    issuer: options.serviceAccountIssuer,
    signingKey: options.serviceAccountSigningKey,
    verificationKeys: options.serviceAccountKeys,
    serverUrl: () => address.value,
  });
  const network = new ClusterNetwork();
  const connector = new Connector(network, new ServiceResolver(storage, random, () => serverAddress(address.value)));
  const callouts = new HttpsClient(connector);
  const observers = { webhooks: new WebhookMetrics(), policies: new PolicyMetrics(), conversions: new ConversionMetrics() };
  const handlers: HandlerEnvironment = {
    admission: new AdmissionChain(
      admissionPlugins({
        environment,
        enable: options.enableAdmissionPlugins ?? [],
        disable: options.disableAdmissionPlugins ?? [],
        webhooks: {
          client: callouts,
          random,
          versionsOf: ({ group, resource }) => catalog.versionsOf(group, resource),
          catalogVersion: () => catalog.version,
          seconds: () => performance.now() / 1000,
          observer: observers.webhooks,
        },
        policyObserver: observers.policies,
      }),
    ),
    authorizeCreate: (request) => {
      access.authorizeCreate(request);
    },
    now: () => formatTime(clock.now()),
  };
  const customResources = new CustomResources(catalog, environment, { client: callouts, random, observer: observers.conversions });
  const frontProxyCa = CertificateAuthority.create({
    commonName: 'front-proxy-ca',
    key: await authorityKey(options.seed, 'front-proxy-ca'),
  });
  const remoteApiServices = new RemoteApiServices(clock, { client: callouts, certificate: frontProxyCertificate(frontProxyCa) });
  const client = createInProcessClient(
    {
      catalog,
      handlers,
      authorize: (request, verb) => access.authorizeInProcess(request, verb),
      audit: audit && ((request, verb) => access.auditInProcess(audit.auditor, request, verb)),
      userFor: (name, groups) => access.userFor(name, groups),
      aggregated: aggregatedReads(remoteApiServices, (user, info) => {
        access.authorizeAggregated(user, info);
      }),
    },
    access.userFor('kubernetes-admin', ['system:masters']),
    'kubesim',
  );
  const components = new Components({
    cluster: options,
    client,
    clock,
    random,
    logger,
    waitsForDelays: !(clock instanceof VirtualClock),
    facts: { caPem: ca.certificatePem, checkPolicyTypes: policyTypeChecker(catalog) },
    serveInProcess: (name, api) => remoteApiServices.serveInProcess(name, api),
    apiServer: () => loopbackAddress(address.value),
    keys: clusterKeys(ca, access),
  });
  return new RunningCluster(options, {
    clock,
    shown,
    components,
    random,
    logger,
    audit,
    storage,
    catalog,
    access,
    handlers,
    client,
    ca,
    address,
    network,
    callouts,
    metrics: Object.values(observers).flatMap(({ all }) => all),
    frontProxyCa,
    serviceCidrs,
    customResources,
    remoteApiServices,
  });
}

/** With a seed, the key of an authority is repeatable as well, since its certificate stands in objects. */
async function authorityKey(seed: ClusterOptions['seed'], name: string): Promise<AuthorityKey | undefined> {
  if (seed === undefined) return undefined;
  const { seededKey } = await import('./auth/seeded-key.js');
  return seededKey(`${String(seed)} ${name}`);
}

interface Parts {
  readonly clock: BehaviourEnvironment['clock'];
  readonly shown: ClusterClock;
  readonly components: Components;
  readonly random: BehaviourEnvironment['random'];
  readonly logger: ServerOptions['logger'];
  readonly audit: AuditTrail | undefined;
  readonly storage: BehaviourEnvironment['storage'];
  readonly catalog: Catalog;
  readonly access: Access;
  readonly handlers: HandlerEnvironment;
  readonly client: Client;
  readonly ca: CertificateAuthority;
  readonly address: { value: string };
  readonly network: ClusterNetwork;
  readonly callouts: HttpsClient;
  readonly metrics: readonly EarlyMetric[];
  /** Signs the certificate by which aggregated servers know the API server. */
  readonly frontProxyCa: CertificateAuthority;
  readonly serviceCidrs: readonly string[];
  readonly customResources: CustomResources;
  readonly remoteApiServices: RemoteApiServices;
}

class RunningCluster implements Cluster {
  readonly version: string;
  readonly client: Client;
  port = 0;
  url = '';
  insecureUrl: string | undefined;
  kubeconfig = '';
  private readonly health: HealthState = { ready: false, stopping: false };
  private readonly longRunning = new Set<() => void>();
  private readonly apps: { readonly app: App; readonly connections: OpenConnections }[] = [];
  private stopped: Promise<void> | undefined;

  constructor(
    private readonly options: ClusterOptions,
    private readonly parts: Parts,
  ) {
    this.version = options.version ?? KUBERNETES_VERSION;
    this.client = parts.client;
  }

  get clock(): ClusterClock {
    return this.parts.shown;
  }

  settled(): Promise<void> {
    return this.parts.components.settled();
  }

  get caPem(): string {
    return this.parts.ca.certificatePem;
  }

  kubeconfigFor({ user, groups = [], namespace }: KubeconfigIdentity): string {
    const { ca, access } = this.parts;
    const credential = ca.issueClient({ user, groups: access.groupsOf(user, groups) });
    return kubeconfig({ server: this.url, caPem: ca.certificatePem, user, namespace, credential });
  }

  async begin(): Promise<void> {
    const { options, parts } = this;
    const host = options.bindAddress ?? '127.0.0.1';
    const { client, access } = parts;
    const serving = options.serving ?? this.servingCredential(host);
    const server = this.serverOptions();
    const app = createApp(server, { tls: { ...serving, ca: access.namedCas } });
    this.apps.push({ app, connections: new OpenConnections(app.server) });
    await app.listen({ host, port: options.securePort ?? 0 });
    this.port = (app.server.address() as AddressInfo).port;
    const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
    this.url = `https://${shown.includes(':') ? `[${shown}]` : shown}:${String(this.port)}`;
    parts.address.value = this.url;
    this.kubeconfig = this.kubeconfigFor({ user: 'kubernetes-admin', groups: ['system:masters'] });
    if (options.insecurePort !== undefined) await this.listenInsecurely(server, options.insecurePort);

    await access.begin(client);
    this.longRunning.add(await parts.handlers.admission.begin());
    await parts.customResources.begin(client);
    await bootstrap(client, {
      catalog: parts.catalog,
      address: shown === '127.0.0.1' ? HOST_ADDRESS : shown,
      port: this.port,
      serviceCidrs: parts.serviceCidrs,
      serviceAddress: firstAddress(parts.serviceCidrs[0] ?? DEFAULT_SERVICE_RANGE),
      authentication: {
        'client-ca-file': access.clientCas.join(''),
        ...frontProxyTrust(parts.frontProxyCa.certificatePem),
      },
      random: parts.random,
      clock: parts.clock,
    });
    const reportFlowControl = (error: unknown): void => {
      parts.logger.error('flow schemas', error);
    };
    await parts.remoteApiServices.begin(client);
    this.longRunning.add(() => {
      parts.remoteApiServices.stop();
    });
    this.longRunning.add(await followFlowSchemas(client, parts.clock, reportFlowControl));
    // As on any cluster the API server is ready before its controllers; manifests are part of what was asked for.
    this.health.ready = options.data === undefined;
    // Made on another thread: under a clock that is moved from outside nobody may wait for it later.
    if (parts.clock instanceof VirtualClock) await access.keys.signingKey();
    await parts.components.begin();
    this.longRunning.add(parts.network.use((host, port) => this.dialNodes(host, port)));
    // Pods among them need the accounts that controllers make.
    if (options.data !== undefined) {
      await loadManifests(client, parts.catalog, options.data);
      await reconcilePolicy(client);
    }
    this.health.ready = true;
  }

  /** Webhooks and APIServices may run in simulated pods. */
  private dialNodes(host: string, port: number): Promise<Duplex> | undefined {
    const connections = this.parts.components.nodeConnections;
    if (connections?.hasAddress(host) !== true) return undefined;
    return connections.dial(host, port).then((stream) => {
      if (stream === undefined) throw new ConnectionRefused(host, port);
      return stream;
    });
  }

  private async listenInsecurely(server: ServerOptions, port: number): Promise<void> {
    const app = createApp({ ...server, authenticate: () => this.parts.access.userFor('kubernetes-admin', ['system:masters']) }, {});
    this.apps.push({ app, connections: new OpenConnections(app.server) });
    await app.listen({ host: '127.0.0.1', port });
    this.insecureUrl = `http://127.0.0.1:${String((app.server.address() as AddressInfo).port)}`;
  }

  private serverOptions(): ServerOptions {
    const { parts } = this;
    const { access } = parts;
    const version = versionDocument(this.version);
    return {
      catalog: parts.catalog,
      handlers: parts.handlers,
      clock: parts.clock,
      logger: parts.logger,
      metrics: createMetrics(parts.catalog, () => parts.clock.now(), parts.metrics),
      authenticate: (credentials) => access.authenticate(credentials),
      authorize: (request, credentials) => access.authorize(request, credentials),
      audit: parts.audit?.auditor,
      documents: {
        version: () => version,
        openidConfiguration: () => access.openIdConfiguration(),
        jwks: () => access.jwks(),
        flags: () => flagValues(this.options, this.port),
      },
      health: healthChecks(this.health),
      remote: parts.remoteApiServices,
      serverAddress: () => this.url.replace(/^https:\/\//, ''),
      track: (close) => {
        this.longRunning.add(close);
        return () => this.longRunning.delete(close);
      },
    };
  }

  private servingCredential(host: string): { readonly cert: string; readonly key: string } {
    const { ca, serviceCidrs } = this.parts;
    const hosts = servingHosts({ serviceIPs: serviceCidrs.map(firstAddress), hostname: os.hostname(), extra: [host] });
    const { certificatePem, privateKeyPem } = ca.issueServing(hosts);
    return { cert: certificatePem, key: privateKeyPem };
  }

  async webhook(handler: WebhookHandler): Promise<ServedWebhook> {
    const { ca } = this.parts;
    const served = await serveWebhook(handler, ca.issueServing(['127.0.0.1', 'localhost'], 'webhook'), ca.certificatePem);
    this.longRunning.add(() => void served.close());
    return served;
  }

  stop(): Promise<void> {
    this.stopped ??= this.shutDown();
    return this.stopped;
  }

  private async shutDown(): Promise<void> {
    this.health.stopping = true;
    this.parts.components.stop();
    for (const close of [...this.longRunning]) close();
    this.parts.callouts.stop();
    await Promise.all(this.apps.map(({ app, connections }) => connections.cutAfter(app.close())));
    this.parts.customResources.stop();
    this.parts.access.stop();
    await this.parts.storage.close();
    this.parts.audit?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** `https://127.0.0.1:6443`, taken apart. */
function loopbackAddress(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) };
}

/** 10.96.0.0/16 → 10.96.0.1 */
function firstAddress(cidr: string): string {
  const [network = ''] = cidr.split('/');
  if (network.includes(':'))
    return network.endsWith('::') ? `${network}1` : network.replace(/[0-9a-f]+$/i, (last) => (Number.parseInt(last, 16) + 1).toString(16));
  return network.replace(/\d+$/, (last) => String(Number(last) + 1));
}

/** `https://127.0.0.1:6443` as an address. */
function serverAddress(url: string): Address | undefined {
  if (!URL.canParse(url)) return undefined;
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) };
}
