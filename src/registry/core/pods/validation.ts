import { forbidden, invalid, required, type FieldError } from '../../../apimachinery/field-error.js';
import { unifiedDiff } from '../../../apimachinery/unified-diff.js';
import { FieldPath } from '../../../apimachinery/field-path.js';
import { nameIsDnsSubdomain } from '../../../apimachinery/validation/names.js';
import type { Affinity, Container, NodeAffinity, NodeSelectorTerm, Pod, PodSpec } from '../../../schema/generated/core-v1.js';
import { deepEqual, type Typed } from '../../object.js';
import { kubeFinalizerErrors } from '../finalizers.js';
import { metadataErrors } from '../metadata.js';
import { checkAnnotationUpdates, checkPodAnnotations, checkProfilesAgree } from '../pod-spec/annotations.js';
import { checkImagePadding } from '../pod-spec/container-validation.js';
import { goPodSpec } from '../pod-spec/go-pod-spec.js';
import { goMap, goNodeSelectorTerms } from '../pod-spec/go-values.js';
import { podValidationOptions, type PodValidationOptions } from '../pod-spec/options.js';
import { checkPodSpec } from '../pod-spec/spec.js';
import { checkOnlyAddedTolerations } from '../pod-spec/tolerations.js';
import { semanticEqual } from '../semantic-equal.js';
import { asGiven } from '../../../schema/given-empty.js';

export const SPEC = FieldPath.of('spec');
export const ANNOTATIONS = FieldPath.of('metadata', 'annotations');

/** Options for an update of a pod. */
export function updateOptions(old: Typed<Pod>): PodValidationOptions {
  return podValidationOptions(old.spec, old.metadata, true);
}

/** What holds for pods at any time, apart from generic metadata (Go: validatePodMetadataAndSpec). */
function checkPod(pod: Typed<Pod>, options: PodValidationOptions, errors: FieldError[]): void {
  const { metadata, spec } = pod;
  checkPodAnnotations(metadata.annotations, spec, ANNOTATIONS, options, errors);
  checkPodSpec(spec, metadata, SPEC, options, errors);
  if (!spec.serviceAccountName) checkNoTokens(spec, errors);
  for (const field of ['containers', 'initContainers'] as const) {
    spec[field]?.forEach((container, i) => {
      checkImagePadding(container, SPEC.child(field).index(i), errors);
    });
  }
}

/** Without an account there are no tokens. */
function checkNoTokens(spec: PodSpec, errors: FieldError[]): void {
  spec.volumes?.forEach(({ projected }, i) => {
    projected?.sources?.forEach(({ serviceAccountToken }, j) => {
      if (serviceAccountToken === undefined) return;
      const at = SPEC.child('volumes').index(i).child('projected', 'sources').index(j).child('serviceAccountToken');
      errors.push(forbidden(at, 'must not be specified when serviceAccountName is not set'));
    });
  });
}

/** Metadata and spec of an updated pod; the real server looks at its metadata once more. */
export function updatedPodErrors(pod: Typed<Pod>, options: PodValidationOptions): FieldError[] {
  const errors = [...kubeFinalizerErrors(pod.metadata), ...metadataErrors(pod.metadata, true, nameIsDnsSubdomain)];
  checkPod(pod, options, errors);
  return errors;
}

/** Faults of a new pod (Go: ValidatePodCreate). */
export function validatePod(pod: Typed<Pod>): FieldError[] {
  const { metadata, spec } = pod;
  const errors = kubeFinalizerErrors(metadata);
  checkPod(pod, podValidationOptions(undefined, undefined, true), errors);
  if ((spec.ephemeralContainers ?? []).length > 0) errors.push(forbidden(SPEC.child('ephemeralContainers'), 'cannot be set on create'));
  if (spec.nodeName && (spec.schedulingGates ?? []).length > 0) {
    errors.push(forbidden(SPEC.child('nodeName'), 'cannot be set until all schedulingGates have been cleared'));
  }
  checkProfilesAgree(metadata.annotations, spec, SPEC, errors);
  return errors;
}

/** Faults of a changed pod (Go: ValidatePodUpdate). */
export function validatePodUpdate(pod: Typed<Pod>, old: Typed<Pod>): FieldError[] {
  const options = updateOptions(old);
  const errors = updatedPodErrors(pod, options);
  checkAnnotationUpdates(pod.metadata.annotations, old.metadata.annotations, pod.spec, ANNOTATIONS, options, errors);
  if (!checkContainerUpdates(pod.spec, old.spec, 'containers', errors)) return errors;
  if (!checkContainerUpdates(pod.spec, old.spec, 'initContainers', errors)) return errors;
  if (!checkDeadline(pod.spec, old.spec, errors)) return errors;
  checkOnlyAddedTolerations(pod.spec.tolerations ?? [], old.spec.tolerations ?? [], SPEC.child('tolerations'), errors);
  checkOnlyDeletedGates(pod.spec, old.spec, errors);
  if (!semanticEqual(pod.spec, old.spec)) checkImmutable(pod.spec, old.spec, errors);
  return errors;
}

/** Returns whether there are as many containers as before; else there is no point in going on. */
function checkContainerUpdates(spec: PodSpec, old: PodSpec, field: 'containers' | 'initContainers', errors: FieldError[]): boolean {
  const containers = spec[field] ?? [];
  const path = SPEC.child(field);
  if (containers.length !== (old[field] ?? []).length) {
    errors.push(forbidden(path, 'pod updates may not add or remove containers'));
    return false;
  }
  containers.forEach((container, i) => {
    if (!container.image) errors.push(required(path.index(i).child('image')));
    checkImagePadding(container, path.index(i), errors);
  });
  return true;
}

const MAX_INT32 = 2147483647;

/** A deadline may come, and come nearer. Returns whether to go on. */
function checkDeadline(spec: PodSpec, old: PodSpec, errors: FieldError[]): boolean {
  const { activeDeadlineSeconds: deadline } = spec;
  const { activeDeadlineSeconds: former } = old;
  const path = SPEC.child('activeDeadlineSeconds');
  if (deadline === undefined) {
    if (former !== undefined) errors.push(invalid(path, null, 'must not update from a positive integer to nil value'));
    return true;
  }
  if (deadline < 0 || deadline > MAX_INT32) errors.push(invalid(path, deadline, `must be between 0 and ${String(MAX_INT32)}, inclusive`));
  else if (former !== undefined && former < deadline) errors.push(invalid(path, deadline, 'must be less than or equal to previous value'));
  else return true;
  return false;
}

function checkOnlyDeletedGates(spec: PodSpec, old: PodSpec, errors: FieldError[]): void {
  const former = new Set((old.schedulingGates ?? []).map(({ name = '' }) => name));
  const added = new Map<string, number>();
  spec.schedulingGates?.forEach(({ name = '' }, i) => {
    if (!former.has(name)) added.set(name, i);
  });
  for (const [name, i] of added) {
    errors.push(
      forbidden(SPEC.child('schedulingGates').index(i).child('name'), `only deletion is allowed, but found new scheduling gate '${name}'`),
    );
  }
}

const CHANGEABLE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

/** Everything but the fields that were looked at already must be as it was. */
function checkImmutable(spec: PodSpec, old: PodSpec, errors: FieldError[]): void {
  let munged: PodSpec = {
    ...spec,
    containers: withImages(spec.containers, old.containers),
    initContainers: withImages(spec.initContainers, old.initContainers),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    schedulingGates: old.schedulingGates,
    tolerations: old.tolerations,
  };
  if ((old.schedulingGates ?? []).length > 0) munged = withGatedScheduling(munged, old, errors);
  if (!semanticEqual(munged, old))
    errors.push(
      forbidden(SPEC, `pod updates may not change fields other than ${CHANGEABLE}\n${unifiedDiff(goPodSpec(old), goPodSpec(munged))}`),
    );
}

function withImages<T extends readonly Container[] | null | undefined>(
  containers: T,
  old: readonly Container[] | null | undefined,
): Container[] | undefined {
  return containers?.map((container, i) => ({ ...container, image: old?.[i]?.image }));
}

/** A pod that waits at its gates may narrow down where it can run (KEP-3838). */
function withGatedScheduling(spec: PodSpec, old: PodSpec, errors: FieldError[]): PodSpec {
  if (!nodeSelectorOnlyGrows(spec, old)) {
    errors.push(
      invalid(
        SPEC.child('nodeSelector'),
        goMap(asGiven(spec, 'nodeSelector')),
        'only additions to spec.nodeSelector are allowed (no mutations or deletions)',
      ),
    );
  }
  const munged = { ...spec, nodeSelector: old.nodeSelector };
  const own = spec.affinity?.nodeAffinity;
  const former = old.affinity?.nodeAffinity;
  if (deepEqual(own, former)) return munged;
  checkNodeAffinityMutation(own, former, errors);
  return { ...munged, affinity: withNodeAffinity(spec.affinity, old.affinity, former) };
}

function nodeSelectorOnlyGrows({ nodeSelector = {} }: PodSpec, old: PodSpec): boolean {
  return Object.entries(old.nodeSelector ?? {}).every(([key, value]) => Object.hasOwn(nodeSelector, key) && nodeSelector[key] === value);
}

function withNodeAffinity(
  affinity: Affinity | undefined,
  old: Affinity | undefined,
  former: NodeAffinity | undefined,
): Affinity | undefined {
  if (affinity === undefined) return former === undefined ? undefined : { nodeAffinity: former };
  if (old === undefined && affinity.podAffinity === undefined && affinity.podAntiAffinity === undefined) return undefined;
  return { ...affinity, nodeAffinity: former };
}

/** Terms are alternatives: none may come or go, but each may ask for more (Go: validateNodeAffinityMutation). */
function checkNodeAffinityMutation(affinity: NodeAffinity | undefined, former: NodeAffinity | undefined, errors: FieldError[]): void {
  const required = former?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required === undefined) return;
  const path = SPEC.child('affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms');
  const oldTerms = required.nodeSelectorTerms ?? [];
  const terms = affinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? undefined;
  if (oldTerms.length > 0 && oldTerms.length !== (terms ?? []).length) {
    errors.push(invalid(path, goNodeSelectorTerms(terms), 'no additions/deletions to non-empty NodeSelectorTerms list are allowed'));
    return;
  }
  oldTerms.forEach((oldTerm, i) => {
    const term = terms?.[i] ?? {};
    if (!onlyAdds(term, oldTerm))
      errors.push(invalid(path.index(i), goNodeSelectorTerms(term), 'only additions are allowed (no mutations or deletions)'));
  });
}

function onlyAdds(term: NodeSelectorTerm, old: NodeSelectorTerm): boolean {
  const [expressions = [], fields = []] = [term.matchExpressions, term.matchFields];
  const [oldExpressions = [], oldFields = []] = [old.matchExpressions, old.matchFields];
  // An empty term selects nothing, and so it must stay.
  if (oldExpressions.length === 0 && oldFields.length === 0) return expressions.length === 0 && fields.length === 0;
  return deepEqual(expressions.slice(0, oldExpressions.length), oldExpressions) && deepEqual(fields.slice(0, oldFields.length), oldFields);
}
