import type { BehaviourEnvironment } from '../registry/behaviour.js';
import type { AdmissionPlugin } from './admission.js';
import { alwaysPullImages } from './always-pull-images.js';
import { certificateApproval, certificateSigning, certificateSubjectRestriction } from './certificates.js';
import { defaultIngressClass } from './default-ingress-class.js';
import { defaultStorageClass } from './default-storage-class.js';
import { defaultTolerationSeconds } from './default-toleration-seconds.js';
import { denyServiceExternalIPs } from './deny-service-external-ips.js';
import { extendedResourceToleration } from './extended-resource-toleration.js';
import { limitPodHardAntiAffinityTopology } from './limit-pod-hard-anti-affinity-topology.js';
import { limitRanger } from './limit-ranger.js';
import { namespaceAutoProvision, namespaceExists } from './namespace-exists.js';
import { namespaceLifecycle } from './namespace-lifecycle.js';
import { nodeDeclaredFeatureValidator } from './node-declared-features.js';
import { nodeRestriction } from './node-restriction/plugin.js';
import { ownerReferencesPermissionEnforcement } from './owner-references-permission-enforcement.js';
import { persistentVolumeClaimResize } from './persistent-volume-claim-resize.js';
import { podNodeSelector } from './pod-node-selector.js';
import { podResizeValidator } from './pod-resize.js';
import { podSecurity } from './pod-security/plugin.js';
import { podTolerationRestriction } from './pod-toleration-restriction.js';
import { podTopologyLabels } from './pod-topology-labels.js';
import { priority } from './priority.js';
import { resourceQuota } from './resource-quota/plugin.js';
import { runtimeClass } from './runtime-class.js';
import { serviceAccount } from './service-account.js';
import { storageObjectInUseProtection } from './storage-object-in-use-protection.js';
import { taintNodesByCondition } from './taint-nodes-by-condition.js';
import type { PolicyObserver } from './policy/observer.js';
import { mutatingPolicies } from './policy/mutating.js';
import { validatingPolicies } from './policy/validating.js';
import type { WebhookEnvironment } from './webhook/environment.js';
import { mutatingWebhooks } from './webhook/mutating.js';
import { validatingWebhooks } from './webhook/validating.js';

export interface PluginOptions {
  readonly environment: BehaviourEnvironment;
  /** Names of --enable-admission-plugins. */
  readonly enable: readonly string[];
  /** Names of --disable-admission-plugins. */
  readonly disable: readonly string[];
  /** How webhooks are called; without it none is. */
  readonly webhooks?: WebhookEnvironment | undefined;
  /** Is told what policies do. */
  readonly policyObserver?: PolicyObserver | undefined;
}

type CreatePlugin = (environment: BehaviourEnvironment, options: PluginOptions) => AdmissionPlugin | undefined;

/** A plug-in by its upstream name, and whether it runs unless somebody says otherwise. */
export interface PluginEntry {
  readonly name: string;
  readonly byDefault: boolean;
  /** Absent where there is nothing to do: what it is about is behind a feature gate that is off, or not served. */
  readonly create?: CreatePlugin;
  /** Why it can't be switched on here. */
  readonly unsupported?: string;
}

const on = (name: string, create?: CreatePlugin): PluginEntry =>
  create === undefined ? { name, byDefault: true } : { name, byDefault: true, create };
const off = (name: string, create?: CreatePlugin): PluginEntry =>
  create === undefined ? { name, byDefault: false } : { name, byDefault: false, create };

const NEEDS_CONFIGURATION = 'it needs a configuration file (--admission-control-config-file), which is not supported';

/** All plug-ins in the order in which they run (Go: pkg/kubeapiserver/options.AllOrderedPlugins). */
export const PLUGINS: readonly PluginEntry[] = [
  off('AlwaysAdmit'),
  off('NamespaceAutoProvision', namespaceAutoProvision),
  on('NamespaceLifecycle', namespaceLifecycle),
  off('NamespaceExists', namespaceExists),
  off('LimitPodHardAntiAffinityTopology', limitPodHardAntiAffinityTopology),
  on('LimitRanger', limitRanger),
  on('ServiceAccount', serviceAccount),
  off('NodeRestriction', nodeRestriction),
  on('TaintNodesByCondition', taintNodesByCondition),
  off('AlwaysPullImages', alwaysPullImages),
  { name: 'ImagePolicyWebhook', byDefault: false, unsupported: NEEDS_CONFIGURATION },
  on('PodSecurity', podSecurity),
  off('PodNodeSelector', podNodeSelector),
  on('Priority', priority),
  on('DefaultTolerationSeconds', defaultTolerationSeconds),
  off('PodTolerationRestriction', podTolerationRestriction),
  { name: 'EventRateLimit', byDefault: false, unsupported: NEEDS_CONFIGURATION },
  off('ExtendedResourceToleration', extendedResourceToleration),
  on('DefaultStorageClass', defaultStorageClass),
  on('StorageObjectInUseProtection', storageObjectInUseProtection),
  on('PodGroupProtection'),
  off('OwnerReferencesPermissionEnforcement', ownerReferencesPermissionEnforcement),
  on('PersistentVolumeClaimResize', persistentVolumeClaimResize),
  on('RuntimeClass', runtimeClass),
  on('CertificateApproval', certificateApproval),
  on('CertificateSigning', certificateSigning),
  on('ClusterTrustBundleAttest'),
  on('CertificateSubjectRestriction', certificateSubjectRestriction),
  on('DefaultIngressClass', defaultIngressClass),
  off('DenyServiceExternalIPs', denyServiceExternalIPs),
  on('PodTopologyLabels', podTopologyLabels),
  on('PodGroupWorkloadExists'),
  on('NodeDeclaredFeatureValidator', nodeDeclaredFeatureValidator),
  on('JobValidation'),
  on('PodResizeValidator', podResizeValidator),
  on(
    'MutatingAdmissionPolicy',
    (environment, { webhooks, policyObserver }) => webhooks && mutatingPolicies(environment, webhooks, policyObserver),
  ),
  on('MutatingAdmissionWebhook', (environment, { webhooks }) => webhooks && mutatingWebhooks(environment, webhooks)),
  on(
    'ValidatingAdmissionPolicy',
    (environment, { webhooks, policyObserver }) => webhooks && validatingPolicies(environment, webhooks, policyObserver),
  ),
  on('ValidatingAdmissionWebhook', (environment, { webhooks }) => webhooks && validatingWebhooks(environment, webhooks)),
  on('ResourceQuota', resourceQuota),
  { name: 'AlwaysDeny', byDefault: false, unsupported: 'it would deny the objects that the server itself starts with' },
];

/** The plug-ins that are on. Throws an Error for names that can't be switched as asked. */
export function admissionPlugins(options: PluginOptions): AdmissionPlugin[] {
  const { enable, disable, environment } = options;
  const fault = pluginNamesFault(enable, disable);
  if (fault !== undefined) throw new Error(fault);
  return PLUGINS.filter(({ name, byDefault }) => (byDefault || enable.includes(name)) && !disable.includes(name)).flatMap(
    ({ create }) => create?.(environment, options) ?? [],
  );
}

/** What is wrong with the names given to the two flags; undefined if nothing (Go: AdmissionOptions.Validate). */
export function pluginNamesFault(enable: readonly string[], disable: readonly string[]): string | undefined {
  const both = enable.filter((name) => disable.includes(name));
  if (both.length > 0) return `[${both.join(' ')}] in enable-admission-plugins and disable-admission-plugins overlapped`;
  const known = (name: string): PluginEntry | undefined => PLUGINS.find((entry) => entry.name === name);
  const odd = enable.find((name) => known(name) === undefined);
  if (odd !== undefined) return `enable-admission-plugins plugin ${JSON.stringify(odd)} is unknown`;
  const oddOff = disable.find((name) => known(name) === undefined);
  if (oddOff !== undefined) return `disable-admission-plugins plugin ${JSON.stringify(oddOff)} is unknown`;
  for (const name of enable) {
    const why = known(name)?.unsupported;
    if (why !== undefined) return `admission plugin ${name} can't be enabled: ${why}`;
  }
  return undefined;
}
