import type { Volume } from '../../schema/generated/core-v1.js';
import { isGoodSeccomp, procMount, seccompProfile, seccompType } from './baseline-checks.js';
import {
  containersText,
  containersWhere,
  exceptUserNamespaces,
  exceptWindows,
  plural,
  quoted,
  settersText,
  sorted,
  type Check,
  type CheckPod,
} from './check.js';

const allowPrivilegeEscalation: CheckPod = (pod) => {
  const containers = containersWhere(pod, ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false);
  if (containers.length === 0) return undefined;
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${containersText(containers)} must set securityContext.allowPrivilegeEscalation=false`,
  };
};

const capabilities: CheckPod = (pod) => {
  const bad = new Set<string>();
  const keeping = containersWhere(pod, ({ securityContext }) => securityContext?.capabilities?.drop?.includes('ALL') !== true);
  const adding = containersWhere(pod, ({ securityContext }) => {
    const odd = (securityContext?.capabilities?.add ?? []).filter((name) => name !== 'NET_BIND_SERVICE');
    for (const name of odd) bad.add(name);
    return odd.length > 0;
  });
  const details = keeping.length > 0 ? [`${containersText(keeping)} must set securityContext.capabilities.drop=["ALL"]`] : [];
  if (adding.length > 0)
    details.push(`${containersText(adding)} must not include ${quoted(sorted(bad))} in securityContext.capabilities.add`);
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') };
};

const ALLOWED_VOLUMES: readonly (keyof Volume)[] = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
/** In the order in which upstream looks for them. */
const RESTRICTED_VOLUMES: readonly (keyof Volume)[] = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'gitRepo',
  'nfs',
  'iscsi',
  'glusterfs',
  'rbd',
  'flexVolume',
  'cinder',
  'cephfs',
  'flocker',
  'fc',
  'azureFile',
  'vsphereVolume',
  'quobyte',
  'azureDisk',
  'photonPersistentDisk',
  'portworxVolume',
  'scaleIO',
  'storageos',
];

const restrictedVolumes: CheckPod = ({ spec }) => {
  const bad = (spec.volumes ?? []).filter((volume) => !ALLOWED_VOLUMES.some((kind) => volume[kind] !== undefined));
  if (bad.length === 0) return undefined;
  const types = new Set(bad.map((volume) => RESTRICTED_VOLUMES.find((kind) => volume[kind] !== undefined) ?? 'unknown'));
  const names = bad.map(({ name = '' }) => name);
  return {
    reason: 'restricted volume types',
    detail: `${plural(names.length, 'volume')} ${quoted(names)} ${names.length === 1 ? 'uses' : 'use'} ${plural(types.size, 'restricted volume type')} ${quoted(sorted(types))}`,
  };
};

const runAsNonRoot: CheckPod = (pod) => {
  const whole = pod.spec.securityContext?.runAsNonRoot;
  const setters = settersText(
    whole === false,
    containersWhere(pod, ({ securityContext }) => securityContext?.runAsNonRoot === false),
  );
  if (setters !== '') return { reason: 'runAsNonRoot != true', detail: `${setters} must not set securityContext.runAsNonRoot=false` };
  const silent = whole === true ? [] : containersWhere(pod, ({ securityContext }) => securityContext?.runAsNonRoot === undefined);
  if (silent.length === 0) return undefined;
  return { reason: 'runAsNonRoot != true', detail: `pod or ${containersText(silent)} must set securityContext.runAsNonRoot=true` };
};

const runAsUser: CheckPod = (pod) => {
  const setters = settersText(
    pod.spec.securityContext?.runAsUser === 0,
    containersWhere(pod, ({ securityContext }) => securityContext?.runAsUser === 0),
  );
  return setters === '' ? undefined : { reason: 'runAsUser=0', detail: `${setters} must not set runAsUser=0` };
};

const seccompRequired: CheckPod = (pod) => {
  const bad = seccompProfile(pod);
  if (bad !== undefined) return bad;
  const whole = seccompType(pod.spec.securityContext);
  if (whole !== undefined && isGoodSeccomp(whole)) return undefined;
  const silent = containersWhere(pod, ({ securityContext }) => seccompType(securityContext) === undefined);
  if (silent.length === 0) return undefined;
  return {
    reason: 'seccompProfile',
    detail: `pod or ${containersText(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  };
};

const BASELINE_CAPABILITIES = ['capabilities_baseline'];
const BASELINE_SECCOMP = ['seccompProfile_baseline'];

/** What the restricted level adds, and which baseline rules that makes needless. */
export const RESTRICTED_CHECKS: readonly Check[] = [
  {
    id: 'allowPrivilegeEscalation',
    level: 'restricted',
    versions: [
      { since: 8, check: allowPrivilegeEscalation },
      { since: 25, check: exceptWindows(allowPrivilegeEscalation) },
    ],
  },
  {
    id: 'capabilities_restricted',
    level: 'restricted',
    versions: [
      { since: 22, check: capabilities, overrides: BASELINE_CAPABILITIES },
      { since: 25, check: exceptWindows(capabilities), overrides: BASELINE_CAPABILITIES },
    ],
  },
  { id: 'procMount_restricted', level: 'restricted', versions: [{ since: 35, check: procMount, overrides: ['procMount'] }] },
  { id: 'restrictedVolumes', level: 'restricted', versions: [{ since: 0, check: restrictedVolumes, overrides: ['hostPathVolumes'] }] },
  {
    id: 'runAsNonRoot',
    level: 'restricted',
    versions: [
      { since: 0, check: runAsNonRoot },
      { since: 35, check: exceptUserNamespaces(runAsNonRoot) },
    ],
  },
  {
    id: 'runAsUser',
    level: 'restricted',
    versions: [
      { since: 23, check: runAsUser },
      { since: 35, check: exceptUserNamespaces(runAsUser) },
    ],
  },
  {
    id: 'seccompProfile_restricted',
    level: 'restricted',
    versions: [
      { since: 19, check: seccompRequired, overrides: BASELINE_SECCOMP },
      { since: 25, check: exceptWindows(seccompRequired), overrides: BASELINE_SECCOMP },
    ],
  },
];
