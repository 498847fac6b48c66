import { forbidden, goQuote, type FieldError } from '../../../apimachinery/field-error.js';
import { NAMELESS } from '../../../apimachinery/field-path.js';
import { unifiedDiff } from '../../../apimachinery/unified-diff.js';
import type { Pod } from '../../../schema/generated/core-v1.js';
import type { Typed } from '../../object.js';
import { annotation, checkAnnotationUpdates, MIRROR_ANNOTATION } from '../pod-spec/annotations.js';
import { goEphemeralContainer } from '../pod-spec/go-pod-spec.js';
import { semanticEqual } from '../semantic-equal.js';
import { ANNOTATIONS, SPEC, updatedPodErrors, updateOptions } from './validation.js';

/** Ephemeral containers come and never go (KEP-277; Go: ValidatePodEphemeralContainersUpdate). */
export function validateEphemeralContainers(pod: Typed<Pod>, old: Typed<Pod>): FieldError[] {
  const options = updateOptions(old);
  const errors = updatedPodErrors(pod, options);
  checkAnnotationUpdates(pod.metadata.annotations, old.metadata.annotations, pod.spec, ANNOTATIONS, options, errors);
  if (annotation(old.metadata.annotations, MIRROR_ANNOTATION) !== undefined)
    return [forbidden(NAMELESS, 'static pods do not support ephemeral containers')];
  const path = SPEC.child('ephemeralContainers');
  const containers = new Map((pod.spec.ephemeralContainers ?? []).map((container) => [container.name ?? '', container]));
  for (const former of old.spec.ephemeralContainers ?? []) {
    const name = former.name ?? '';
    const container = containers.get(name);
    if (container === undefined) errors.push(forbidden(path, `existing ephemeral containers ${goQuote(name)} may not be removed\n`));
    else if (!semanticEqual(former, container))
      errors.push(
        forbidden(
          path,
          `existing ephemeral containers ${goQuote(name)} may not be changed\n${unifiedDiff(goEphemeralContainer(former), goEphemeralContainer(container))}`,
        ),
      );
  }
  return errors;
}
