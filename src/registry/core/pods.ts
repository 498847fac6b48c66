import { goList } from '../../apimachinery/go-format.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { formatTime } from '../../apimachinery/time.js';
import { isDns1123Label } from '../../apimachinery/validation/dns.js';
import { warningsForIp } from '../../apimachinery/validation/ip.js';
import type { Pod, PodCondition, PodSpec, PodStatus } from '../../schema/generated/core-v1.js';
import type { BehaviourEnvironment, ResourceBehaviour } from '../behaviour.js';
import { fieldAt, type FieldGetter } from '../matcher.js';
import { typed, type Typed } from '../object.js';
import { strategyFor, type DeleteOptions, type Strategy } from '../strategy.js';
import { applyAppArmorAnnotations } from './pod-spec/apparmor.js';
import { syncServiceAccount } from './pod-spec/defaults.js';
import { dropDisabledSpecFields, dropDisabledStatusFields } from './pod-spec/dropped-fields.js';
import { defaultPod } from './pod-spec/pod-defaults.js';
import { podSpecWarnings } from './pod-spec/warnings.js';
import { bindPod } from './pods/binding.js';
import { withCondition } from './pods/conditions.js';
import { validateEphemeralContainers } from './pods/ephemeral-containers.js';
import { evictPod } from './pods/eviction.js';
import { qosClassOf } from '../../component-helpers/quality-of-service.js';
import { resizedSpec, validatePodResize } from './pods/resize.js';
import { mergeMatchLabelKeys } from './pods/selector-merge.js';
import { validatePodStatusUpdate } from './pods/status-validation.js';
import { validatePod, validatePodUpdate } from './pods/validation.js';
import { semanticEqual } from './semantic-equal.js';

type PodObject = Typed<Pod>;

/** Pods: the main strategy, views of status, ephemeral containers and resources, and what can be done to them (Go: pkg/registry/core/pod). */
export function pods(environment: BehaviourEnvironment): ResourceBehaviour {
  const status = strategyFor(statusStrategy);
  return {
    strategy: strategyFor(mainStrategy(environment)),
    status,
    views: { ephemeralcontainers: strategyFor(ephemeralStrategy), resize: strategyFor(resizeStrategy) },
    actions: {
      binding: async (object, context, options) => ({ status: 201, object: await bindPod(environment, object, context, options) }),
      eviction: async (object, context, options) => ({
        status: 201,
        object: await evictPod(environment, status, object, context, options),
      }),
    },
    defaults: (object) => {
      defaultPod(typed<Pod>(object));
    },
    fieldLabels: FIELD_LABELS,
    fieldLabelAliases: { 'spec.host': 'spec.nodeName' },
    returnsDeleted: true,
  };
}

/** POST of bindings, as schedulers did before there was the subresource. */
export function bindings(environment: BehaviourEnvironment): ResourceBehaviour {
  return { strategy: {}, create: (object, context, options) => bindPod(environment, object, context, options) };
}

const FIELD_LABELS: Readonly<Record<string, FieldGetter>> = {
  'spec.nodeName': fieldAt('spec.nodeName'),
  'spec.restartPolicy': fieldAt('spec.restartPolicy'),
  'spec.schedulerName': fieldAt('spec.schedulerName'),
  'spec.serviceAccountName': fieldAt('spec.serviceAccountName'),
  'spec.hostNetwork': fieldAt('spec.hostNetwork', 'false'),
  'status.phase': fieldAt('status.phase'),
  'status.podIP': (object) => typed<Pod>(object).status.podIPs?.[0]?.ip ?? '',
  // Accepted, but the real server has no value for it.
  'status.podIPs': () => '',
  'status.nominatedNodeName': fieldAt('status.nominatedNodeName'),
};

const GATED: PodCondition = {
  type: 'PodScheduled',
  status: 'False',
  reason: 'SchedulingGated',
  message: 'Scheduling is blocked due to non-empty scheduling gates',
};

function mainStrategy({ clock }: BehaviourEnvironment): Strategy<PodObject> {
  return {
    prepareForCreate(pod, context) {
      const { spec, metadata } = pod;
      metadata.generation = 1;
      syncServiceAccount(spec);
      // The one part of a new pod's status that the real server takes from the request.
      pod.status = { phase: 'Pending', qosClass: qosClassOf(spec, pod.status) };
      dropDisabledSpecFields(spec);
      if ((spec.schedulingGates ?? []).length > 0) pod.status.conditions = withCondition(pod.status, GATED, formatTime(clock.now()));
      mergeMatchLabelKeys(spec, metadata.labels);
      applyAppArmorAnnotations(pod, (text) => {
        context.warn(text);
      });
    },
    validate: validatePod,
    warningsOnCreate: ({ metadata, spec }) => [...nameWarnings(metadata.name ?? ''), ...podSpecWarnings(spec, metadata.annotations)],
    prepareForUpdate(pod, old) {
      pod.status = old.status;
      syncServiceAccount(pod.spec);
      dropDisabledSpecFields(pod.spec);
      countGeneration(pod, old);
    },
    validateUpdate: validatePodUpdate,
    checkGracefulDelete,
    resetFields: [['status']],
  };
}

function nameWarnings(name: string): string[] {
  const messages = isDns1123Label(name);
  if (messages.length === 0) return [];
  return [
    `metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: ${goList(messages)}`,
  ];
}

function countGeneration(pod: PodObject, old: PodObject): void {
  if (!semanticEqual(pod.spec, old.spec)) pod.metadata.generation = (pod.metadata.generation ?? 0) + 1;
}

/** Pods that run get time to end; those without a node, or at their end, go at once. */
function checkGracefulDelete({ spec, status }: PodObject, options: DeleteOptions): boolean {
  let period = options.gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 0;
  if (!spec.nodeName || status.phase === 'Failed' || status.phase === 'Succeeded') period = 0;
  options.gracePeriodSeconds = period < 0 ? 1 : period;
  return true;
}

const statusStrategy: Strategy<PodObject> = {
  prepareForUpdate(pod, old) {
    pod.spec = old.spec;
    delete pod.metadata.deletionTimestamp;
    if (old.metadata.ownerReferences === undefined) delete pod.metadata.ownerReferences;
    else pod.metadata.ownerReferences = old.metadata.ownerReferences;
    const status: PodStatus = { ...pod.status };
    if (!status.qosClass) setOrDelete(status, 'qosClass', old.status.qosClass);
    keepObservedGenerations(status, old.status);
    dropDisabledStatusFields(status);
    pod.status = status;
  },
  validateUpdate: validatePodStatusUpdate,
  warningsOnUpdate: ({ status }) => [...addressWarnings('podIPs', status.podIPs), ...addressWarnings('hostIPs', status.hostIPs)],
  checkGracefulDelete,
  resetFields: [['spec'], ['metadata', 'deletionTimestamp'], ['metadata', 'ownerReferences']],
};

function addressWarnings(field: string, entries: readonly { ip?: string | undefined }[] = []): string[] {
  return entries.flatMap(({ ip = '' }, i) => warningsForIp(FieldPath.of('status', field).index(i).child('ip'), ip));
}

/** Clients that don't know of observed generations must not lose them. */
function keepObservedGenerations(status: PodStatus, old: PodStatus): void {
  if (!status.observedGeneration) setOrDelete(status, 'observedGeneration', old.observedGeneration);
  const former = new Map<string, number[]>();
  for (const { type = '', observedGeneration = 0 } of old.conditions ?? [])
    former.set(type, [...(former.get(type) ?? []), observedGeneration]);
  status.conditions = status.conditions?.map((condition) => {
    const generation = former.get(condition.type ?? '')?.shift() ?? 0;
    return condition.observedGeneration || generation === 0 ? condition : { ...condition, observedGeneration: generation };
  });
  if (status.conditions === undefined) delete status.conditions;
}

function setOrDelete<T, K extends keyof T>(target: T, key: K, value: T[K] | undefined): void {
  if (value === undefined) Reflect.deleteProperty(target as object, key);
  else target[key] = value;
}

/** What /ephemeralcontainers and /resize may not write (Go: ResetObjectMetaForStatus). */
const RESET_METADATA = ['deletionTimestamp', 'generation', 'selfLink', 'labels', 'annotations', 'finalizers', 'ownerReferences'] as const;

function resetMetadata(pod: PodObject, old: PodObject): void {
  for (const field of RESET_METADATA) setOrDelete(pod.metadata, field, old.metadata[field]);
}

const ephemeralStrategy: Strategy<PodObject> = {
  prepareForUpdate(pod, old) {
    const { ephemeralContainers } = pod.spec;
    const spec: PodSpec = { ...old.spec };
    setOrDelete(spec, 'ephemeralContainers', ephemeralContainers);
    pod.spec = spec;
    pod.status = old.status;
    resetMetadata(pod, old);
    countGeneration(pod, old);
  },
  validateUpdate: validateEphemeralContainers,
};

const resizeStrategy: Strategy<PodObject> = {
  prepareForUpdate(pod, old) {
    const spec = resizedSpec(pod.spec, old.spec);
    if (spec !== undefined) {
      pod.spec = spec;
      pod.status = old.status;
      resetMetadata(pod, old);
    }
    countGeneration(pod, old);
  },
  validateUpdate: validatePodResize,
};
