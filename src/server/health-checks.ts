import type { HealthCheck } from './options.js';

/** The hooks that the real server runs after its start, in the order in which it lists them. */
const HOOKS: readonly string[] = [
  'start-apiserver-admission-initializer',
  'generic-apiserver-start-informers',
  'priority-and-fairness-config-consumer',
  'priority-and-fairness-filter',
  'storage-object-count-tracker-hook',
  'start-apiextensions-informers',
  'start-apiextensions-controllers',
  'crd-informer-synced',
  'start-system-namespaces-controller',
  'peer-endpoint-reconciler-controller',
  'start-cluster-authentication-info-controller',
  'start-kube-apiserver-identity-lease-controller',
  'start-kube-apiserver-identity-lease-garbage-collector',
  'storage-readiness',
  'start-legacy-token-tracking-controller',
  'start-service-ip-repair-controllers',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'priority-and-fairness-config-producer',
  'bootstrap-controller',
  'start-kubernetes-service-cidr-controller',
  'start-kube-aggregator-informers',
  'apiservice-status-local-available-controller',
  'apiservice-status-remote-available-controller',
  'apiservice-registration-controller',
  'apiservice-wait-for-first-sync',
  'apiservice-discovery-controller',
  'kube-apiserver-autoregistration',
];
const LATE_HOOKS: readonly string[] = ['apiservice-openapi-controller', 'apiservice-openapiv3-controller'];

/** What a running server knows of its own health. */
export interface HealthState {
  /** Its starting objects are there. */
  ready: boolean;
  stopping: boolean;
}

/** The checks of /livez, /readyz and /healthz, under the real server's names. All hooks are one step here: starting. */
export function healthChecks(state: HealthState): {
  readonly livez: HealthCheck[];
  readonly readyz: HealthCheck[];
  readonly healthz: HealthCheck[];
} {
  const always = (name: string): HealthCheck => ({ name, check: () => true });
  const started = (name: string): HealthCheck => ({ name, check: () => state.ready });
  const hooks = [
    ...HOOKS.map((name) => started(`poststarthook/${name}`)),
    started('autoregister-completion'),
    ...LATE_HOOKS.map((name) => started(`poststarthook/${name}`)),
  ];
  const healthz = [always('ping'), always('log'), always('loopback-serving-certificate'), always('etcd'), ...hooks];
  const readyz = [always('ping'), always('log'), started('informer-sync'), ...hooks, { name: 'shutdown', check: () => !state.stopping }];
  return { livez: healthz, readyz, healthz };
}

/** The paths of all single checks. */
export function healthPaths(health: Readonly<Record<string, readonly HealthCheck[]>>): string[] {
  return Object.entries(health).flatMap(([name, checks]) => [`/${name}`, ...checks.map((check) => `/${name}/${check.name}`)]);
}
