import { goQuote } from '../../../apimachinery/field-error.js';
import { FieldPath } from '../../../apimachinery/field-path.js';
import { parseQuantityJson } from '../../../apimachinery/quantity.js';
import { warningsForIp } from '../../../apimachinery/validation/ip.js';
import type {
  Affinity,
  Container,
  ContainerPort,
  PersistentVolumeClaimSpec,
  PodAffinity,
  PodSpec,
  PodTemplateSpec,
  ResourceList,
  Volume,
} from '../../../schema/generated/core-v1.js';
import { deprecatedNodeLabel, nodeSelectorTermWarnings } from '../node-labels.js';
import { annotation, APPARMOR_PREFIX, SECCOMP_CONTAINER_PREFIX, SECCOMP_POD_ANNOTATION, type Annotations } from './annotations.js';
import { appArmorFieldOf } from './apparmor.js';
import { visitContainersWithPath } from '../../../component-helpers/containers.js';
import { overlappingPathWarnings } from './overlapping-paths.js';
import { deepEqual } from '../../object.js';

/** Warnings about a pod template; the stored one makes no difference (Go: pkg/api/pod.GetWarningsForPodTemplate). */
export function podTemplateWarnings(template: PodTemplateSpec, _old: PodTemplateSpec | undefined, path: FieldPath): string[] {
  return new WarningCollector(template.spec, template.metadata.annotations, path, true).collect();
}

const ROOT = FieldPath.of();

/** Warnings about a new pod (Go: pkg/api/pod.GetWarningsForPod). */
export function podSpecWarnings(spec: PodSpec, annotations: Annotations): string[] {
  return new WarningCollector(spec, annotations, ROOT, false).collect();
}

const DEPRECATED_ANNOTATIONS = [
  ['scheduler.alpha.kubernetes.io/critical-pod', 'non-functional in v1.16+; use the "priorityClassName" field instead'],
  ['security.alpha.kubernetes.io/sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
  ['security.alpha.kubernetes.io/unsafe-sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
] as const;

/** Volumes that are going or gone, in the order of the messages: field, name in the message, since when. */
const DEPRECATED_VOLUMES = [
  ['photonPersistentDisk', 'photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['ephemeral', 'ephemeral', ''],
  ['cephfs', 'cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'rbd', 'deprecated in v1.28, non-functional in v1.31+'],
] as const;

const USE_SECCOMP_FIELD = 'non-functional in v1.27+; use the "seccompProfile" field instead';
const NULL_SELECTOR = 'a null labelSelector results in matching no pod';
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

/** One walk over a spec, in the order of the real server. */
class WarningCollector {
  private readonly warnings: string[] = [];
  private readonly specPath: FieldPath;

  constructor(
    private readonly spec: PodSpec,
    private readonly annotations: Annotations,
    private readonly path: FieldPath,
    private readonly isTemplate: boolean,
  ) {
    this.specPath = path.child('spec');
  }

  collect(): string[] {
    const { spec } = this;
    this.nodeLabels();
    this.deprecatedAnnotations();
    spec.volumes?.forEach((volume, i) => {
      this.volume(volume, this.specPath.child('volumes').index(i));
    });
    if (spec.volumes !== undefined) this.warnings.push(...overlappingPathWarnings(spec.volumes));
    this.duplicates();
    this.fractionalBytes(spec.overhead, this.specPath.child('overhead'), 'memory');
    this.fractionalBytes(spec.overhead, this.specPath.child('overhead'), 'ephemeral-storage');
    if (spec.securityContext?.seccompProfile === undefined) this.seccompAnnotation(SECCOMP_POD_ANNOTATION);
    visitContainersWithPath(spec, this.specPath, (container, path) => {
      this.container(container, path);
    });
    this.ports();
    this.portNames();
    if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
      this.add(this.specPath.child('terminationGracePeriodSeconds'), 'must be >= 0; negative values are invalid and will be treated as 1');
    }
    if (spec.affinity !== undefined) this.podAffinities(spec.affinity);
    this.addresses();
    return this.warnings;
  }

  private add(path: FieldPath, text: string): void {
    this.warnings.push(`${path.toString()}: ${text}`);
  }

  private annotationPath(key: string): FieldPath {
    return this.path.child('metadata', 'annotations').key(key);
  }

  private nodeLabels(): void {
    const { nodeSelector, affinity, topologySpreadConstraints } = this.spec;
    for (const key of Object.keys(nodeSelector ?? {})) {
      const deprecated = deprecatedNodeLabel(key);
      if (deprecated !== undefined) this.add(this.specPath.child('nodeSelector').key(key), deprecated);
    }
    const affinityPath = this.specPath.child('affinity', 'nodeAffinity');
    affinity?.nodeAffinity?.[REQUIRED]?.nodeSelectorTerms?.forEach((term, i) => {
      this.warnings.push(...nodeSelectorTermWarnings(term, false, affinityPath.child(REQUIRED, 'nodeSelectorTerms').index(i)));
    });
    affinity?.nodeAffinity?.[PREFERRED]?.forEach(({ preference }, i) => {
      this.warnings.push(...nodeSelectorTermWarnings(preference, true, affinityPath.child(PREFERRED).index(i).child('preference')));
    });
    topologySpreadConstraints?.forEach(({ topologyKey = '', labelSelector }, i) => {
      const at = this.specPath.child('topologySpreadConstraints').index(i);
      const deprecated = deprecatedNodeLabel(topologyKey);
      if (deprecated !== undefined) this.add(at.child('topologyKey'), `${topologyKey} is ${deprecated}`);
      if (labelSelector === undefined) this.add(at.child('labelSelector'), NULL_SELECTOR);
    });
  }

  private deprecatedAnnotations(): void {
    for (const [key, text] of DEPRECATED_ANNOTATIONS) {
      if (annotation(this.annotations, key) !== undefined) this.add(this.annotationPath(key), text);
    }
  }

  private volume(volume: Volume, path: FieldPath): void {
    for (const [field, shown, text] of DEPRECATED_VOLUMES) {
      if (volume[field] === undefined) continue;
      if (field !== 'ephemeral') this.add(path.child(shown), text);
      else if (volume.ephemeral?.volumeClaimTemplate !== undefined) {
        this.warnings.push(
          ...claimSpecWarnings(volume.ephemeral.volumeClaimTemplate.spec, path.child('ephemeral', 'volumeClaimTemplate', 'spec')),
        );
      }
    }
  }

  private duplicates(): void {
    const { hostAliases = [], imagePullSecrets = [] } = this.spec;
    const addresses = new Set<string>();
    hostAliases.forEach(({ ip = '' }, i) => {
      if (addresses.has(ip)) this.add(this.specPath.child('hostAliases').index(i).child('ip'), `duplicate ip ${goQuote(ip)}`);
      addresses.add(ip);
    });
    const at = this.specPath.child('imagePullSecrets');
    const names = new Set<string>();
    imagePullSecrets.forEach(({ name = '' }, i) => {
      if (names.has(name)) this.add(at.index(i).child('name'), `duplicate name ${goQuote(name)}`);
      names.add(name);
    });
    imagePullSecrets.forEach(({ name = '' }, i) => {
      if (name === '') this.add(at.index(i).child('name'), 'invalid empty name ""');
    });
  }

  private fractionalBytes(list: ResourceList | undefined, path: FieldPath, name: 'memory' | 'ephemeral-storage'): void {
    const text = list?.[name];
    if (text !== undefined && isFractional(text))
      this.add(path.key(name), `fractional byte value ${goQuote(text)} is invalid, must be an integer`);
  }

  private seccompAnnotation(key: string): void {
    if (annotation(this.annotations, key) !== undefined) this.add(this.annotationPath(key), USE_SECCOMP_FIELD);
  }

  private container(container: Container, path: FieldPath): void {
    const { name = '', securityContext, resources } = container;
    if (securityContext?.seccompProfile === undefined) this.seccompAnnotation(SECCOMP_CONTAINER_PREFIX + name);
    // Of a pod itself the strategy warns, when it turns the annotation into the field.
    if (this.isTemplate && securityContext?.appArmorProfile === undefined) this.appArmorAnnotation(APPARMOR_PREFIX + name);
    for (const resource of ['memory', 'ephemeral-storage'] as const) {
      this.fractionalBytes(resources.limits, path.child('resources', 'limits'), resource);
      this.fractionalBytes(resources.requests, path.child('resources', 'requests'), resource);
    }
    this.environment(container, path);
  }

  private appArmorAnnotation(key: string): void {
    const text = annotation(this.annotations, key);
    if (text === undefined) return;
    const podWide = this.spec.securityContext?.appArmorProfile;
    if (podWide !== undefined && deepEqual(podWide, appArmorFieldOf(text))) return;
    this.add(this.annotationPath(key), 'deprecated since v1.30; use the "appArmorProfile" field instead');
  }

  /** A second variable of one name is fine if it builds upon the first. */
  private environment({ env = [] }: Container, path: FieldPath): void {
    const names = new Set<string>();
    env.forEach(({ name = '', value = '', valueFrom }, i) => {
      const reference = `$(${name})`;
      const extends_ = valueFrom === undefined && value !== reference && value.includes(reference);
      if (names.has(name) && !extends_) {
        this.add(path.child('env').index(i), `hides previous definition of ${goQuote(name)}, which may be dropped when using apply`);
      }
      names.add(name);
    });
  }

  private ports(): void {
    const taken = new Map<string, { readonly path: FieldPath; readonly port: ContainerPort }[]>();
    visitContainersWithPath(this.spec, this.specPath, (container, path) => {
      container.ports?.forEach((port, i) => {
        const at = path.child('ports').index(i);
        if (port.hostIP && !port.hostPort) this.add(at, `hostIP set without hostPort: ${goPort(port)}`);
        const key = `${String(port.containerPort ?? 0)}/${port.protocol ?? ''}`;
        const others = taken.get(key) ?? [];
        for (const other of others) {
          const conflict = portConflict(port, other.port);
          if (conflict !== undefined) this.add(at, `${conflict} port definition with ${other.path.toString()}`);
        }
        others.push({ path: at, port });
        taken.set(key, others);
      });
    });
  }

  private portNames(): void {
    const names = new Map<string, FieldPath>();
    visitContainersWithPath(this.spec, this.specPath, (container, path) => {
      container.ports?.forEach(({ name }, i) => {
        if (!name) return;
        const at = path.child('ports').index(i);
        const first = names.get(name)?.toString();
        if (first === undefined) names.set(name, at);
        else
          this.add(
            at,
            `duplicate port name ${goQuote(name)} with ${first}, services and probes that select ports by name will use ${first}`,
          );
      });
    });
  }

  private podAffinities(affinity: Affinity): void {
    const path = this.specPath.child('affinity');
    if (affinity.podAffinity !== undefined) this.podAffinity(affinity.podAffinity, path.child('podAffinity'));
    if (affinity.podAntiAffinity !== undefined) this.podAffinity(affinity.podAntiAffinity, path.child('podAntiAffinity'));
  }

  private podAffinity(affinity: PodAffinity, path: FieldPath): void {
    affinity[REQUIRED]?.forEach(({ labelSelector }, i) => {
      if (labelSelector === undefined) this.add(path.child(REQUIRED).index(i).child('labelSelector'), NULL_SELECTOR);
    });
    affinity[PREFERRED]?.forEach(({ podAffinityTerm }, i) => {
      if (podAffinityTerm.labelSelector === undefined)
        this.add(path.child(PREFERRED).index(i).child('podAffinityTerm', 'labelSelector'), NULL_SELECTOR);
    });
  }

  private addresses(): void {
    this.spec.dnsConfig?.nameservers?.forEach((address, i) => {
      this.warnings.push(...warningsForIp(this.specPath.child('dnsConfig', 'nameservers').index(i), address));
    });
    this.spec.hostAliases?.forEach(({ ip = '' }, i) => {
      this.warnings.push(...warningsForIp(this.specPath.child('hostAliases').index(i).child('ip'), ip));
    });
  }
}

function isFractional(text: string): boolean {
  return parseQuantityJson(text).milliValue() % 1000 !== 0;
}

/** Warnings about the spec of a PersistentVolumeClaim (Go: GetWarningsForPersistentVolumeClaimSpec). */
export function claimSpecWarnings(spec: PersistentVolumeClaimSpec, path: FieldPath): string[] {
  const warnings: string[] = [];
  for (const list of ['requests', 'limits'] as const) {
    const text = spec.resources[list]?.storage;
    if (text === undefined || !isFractional(text)) continue;
    warnings.push(
      `${path.child('resources', list).key('storage').toString()}: fractional byte value ${goQuote(text)} is invalid, must be an integer`,
    );
  }
  return warnings;
}

/** How two definitions of one port and protocol get into each other's way. */
function portConflict(a: ContainerPort, b: ContainerPort): string | undefined {
  const [hostIp = '', otherIp = ''] = [a.hostIP, b.hostIP];
  const [hostPort = 0, otherPort = 0] = [a.hostPort, b.hostPort];
  if (hostIp === otherIp && hostPort === otherPort) return 'duplicate';
  if (hostPort === 0 || otherPort === 0) return 'overlapping';
  return hostPort === otherPort && (hostIp === '') !== (otherIp === '') ? 'dangerously ambiguous' : undefined;
}

/** A port as Go's `%+v` prints the struct. */
function goPort({ name = '', hostPort = 0, containerPort = 0, protocol = '', hostIP = '' }: ContainerPort): string {
  return `{Name:${name} HostPort:${String(hostPort)} ContainerPort:${String(containerPort)} Protocol:${protocol} HostIP:${hostIP}}`;
}
