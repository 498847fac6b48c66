import { deepEqual, type KubeObject } from '../../registry/object.js';
import type { BehaviourEnvironment } from '../../registry/behaviour.js';
import { internalError, invalidObject } from '../../apimachinery/status.js';
import { aggregateText } from '../../auth/aggregate.js';
import type { FieldError } from '../../apimachinery/field-error.js';
import { forbiddenError } from '../../apimachinery/status.js';
import type { Pod, PodTemplateSpec } from '../../schema/generated/core-v1.js';
import type { AdmissionPlugin, Attributes } from '../admission.js';
import { on, StoredObjects } from '../objects.js';
import type { PodToCheck, Violation } from './check.js';
import { detailsText, violationsOf } from './evaluate.js';
import { namespaceWarnings } from './existing-pods.js';
import {
  compareLevels,
  isFullyPrivileged,
  isSamePolicy,
  policyName,
  policyOf,
  PREFIX,
  type NamespacePolicy,
  type Policy,
} from './policy.js';
import { isSignificantUpdate } from './significant-update.js';

/** Subresources of pods that don't change what the pod is. */
const IGNORED: ReadonlySet<string> = new Set(['exec', 'attach', 'binding', 'eviction', 'log', 'portforward', 'proxy', 'status']);

/** Where controllers keep the template of their pods. */
const TEMPLATES: ReadonlyMap<string, (object: KubeObject) => PodTemplateSpec | undefined> = new Map([
  ['/podtemplates', (object: KubeObject) => (object as { template?: PodTemplateSpec }).template],
  ['/replicationcontrollers', specTemplate],
  ['apps/replicasets', specTemplate],
  ['apps/deployments', specTemplate],
  ['apps/statefulsets', specTemplate],
  ['apps/daemonsets', specTemplate],
  ['batch/jobs', specTemplate],
  [
    'batch/cronjobs',
    (object: KubeObject) => (object.spec as { jobTemplate: { spec: { template: PodTemplateSpec } } }).jobTemplate.spec.template,
  ],
]);

function specTemplate({ spec }: KubeObject): PodTemplateSpec | undefined {
  return (spec as { template?: PodTemplateSpec }).template;
}

/** Holds pods to the Pod Security Standard of their namespace (KEP-2579; Go: k8s.io/pod-security-admission). */
export function podSecurity(environment: BehaviourEnvironment): AdmissionPlugin {
  const namespaces = new StoredObjects(environment, { group: '', resource: 'namespaces' });
  const pods = new StoredObjects<Pod & KubeObject>(environment, { group: '', resource: 'pods' });

  const checkPod = async (attributes: Attributes): Promise<void> => {
    const { object, oldObject, namespace, subresource } = attributes;
    if (object === undefined || IGNORED.has(subresource)) return;
    const labels = (await namespaces.get('', namespace))?.metadata;
    if (labels === undefined) throw internalError(`failed to lookup namespace "${namespace}"`);
    const { policy, errors } = policyOf(labels.labels);
    if (errors.length === 0 && isFullyPrivileged(policy)) {
      attributes.annotate(`${PREFIX}enforce-policy`, policyName({ level: 'privileged', version: 'latest' }));
      return;
    }
    const pod = object as Pod & KubeObject;
    if (
      attributes.operation === 'UPDATE' &&
      oldObject !== undefined &&
      !isSignificantUpdate(pod.spec, (oldObject as Pod & KubeObject).spec)
    )
      return;
    evaluate(attributes, policy, errors, { annotations: pod.metadata.annotations, spec: pod.spec }, true);
  };

  const checkController = async (
    attributes: Attributes,
    templateOf: (object: KubeObject) => PodTemplateSpec | undefined,
  ): Promise<void> => {
    if (attributes.subresource !== '' || attributes.object === undefined) return;
    const found = await namespaces.get('', attributes.namespace);
    if (found === undefined) return;
    const { policy, errors } = policyOf(found.metadata.labels);
    if (errors.length === 0 && policy.warn.level === 'privileged' && policy.audit.level === 'privileged') return;
    const template = templateOf(attributes.object);
    if (template !== undefined)
      evaluate(attributes, policy, errors, { annotations: template.metadata.annotations, spec: template.spec }, false);
  };

  const checkNamespace = async (attributes: Attributes): Promise<void> => {
    const { object, oldObject, operation, subresource } = attributes;
    if (object === undefined || subresource !== '') return;
    const { policy, errors } = policyOf(object.metadata.labels);
    const old = operation === 'UPDATE' && oldObject !== undefined ? policyOf(oldObject.metadata.labels) : undefined;
    if (errors.length > 0 && (old === undefined || old.errors.length === 0 || !deepEqual(errors.map(String), old.errors.map(String)))) {
      throw invalidObject(attributes.kind, attributes.name, [...errors]);
    }
    if (old === undefined || !isStricter(policy.enforce, old.policy.enforce)) return;
    const name = object.metadata.name ?? '';
    for (const text of namespaceWarnings(await pods.list(name), name, policy.enforce)) attributes.warn(text);
  };

  return {
    name: 'PodSecurity',
    resources: ['/pods', '/namespaces', ...TEMPLATES.keys()],
    handles: on('CREATE', 'UPDATE'),
    validate(attributes) {
      const key = `${attributes.resource.group}/${attributes.resource.resource}`;
      if (key === '/pods') return checkPod(attributes);
      if (key === '/namespaces') return checkNamespace(attributes);
      const templateOf = TEMPLATES.get(key);
      return templateOf === undefined ? undefined : checkController(attributes, templateOf);
    },
  };
}

/** Whether pods that are there may be refused now. */
function isStricter(policy: Policy, old: Policy): boolean {
  if (isSamePolicy(policy, old) || policy.level === 'privileged') return false;
  return policy.version !== old.version || compareLevels(policy.level, old.level) > 0;
}

/** Refuses, warns of and notes what violates the policy; only pods themselves are refused. */
function evaluate(attributes: Attributes, policy: NamespacePolicy, errors: readonly FieldError[], pod: PodToCheck, enforce: boolean): void {
  const known = new Map<string, Violation[]>();
  const violations = (wanted: Policy): Violation[] => {
    const name = policyName(wanted);
    let found = known.get(name);
    if (found === undefined) {
      found = violationsOf(pod, wanted);
      known.set(name, found);
    }
    return found;
  };
  const text = (verb: string, wanted: Policy): string => `${verb} PodSecurity "${policyName(wanted)}": ${detailsText(violations(wanted))}`;

  if (errors.length > 0) attributes.annotate(`${PREFIX}error`, `Failed to parse policy: ${aggregateText(errors.map(String))}`);
  if (enforce) attributes.annotate(`${PREFIX}enforce-policy`, policyName(policy.enforce));
  if (violations(policy.audit).length > 0) attributes.annotate(`${PREFIX}audit-violations`, text('would violate', policy.audit));
  if (enforce && violations(policy.enforce).length > 0)
    throw forbiddenError(attributes.resource, attributes.name, text('violates', policy.enforce));
  if (violations(policy.warn).length > 0) attributes.warn(text('would violate', policy.warn));
}
