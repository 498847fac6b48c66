import type { FieldPath } from '../apimachinery/field-path.js';
import type { Container, EphemeralContainer, PodSpec } from '../schema/generated/core-v1.js';

/** The three lists of a pod's containers. */
export type ContainerField = 'initContainers' | 'containers' | 'ephemeralContainers';

const FIELDS: readonly ContainerField[] = ['initContainers', 'containers', 'ephemeralContainers'];

/** One list of a pod's containers; empty if there is none. */
export function containersOf(spec: PodSpec, field: ContainerField): readonly (Container | EphemeralContainer)[] {
  return spec[field] ?? [];
}

/**
 * Calls back for every container, init containers first (Go: pod.VisitContainers).
 * The path is made only if `path` is given.
 */
export function visitContainers(
  spec: PodSpec,
  visit: (container: Container, field: ContainerField, index: number) => void,
  fields: readonly ContainerField[] = FIELDS,
): void {
  for (const field of fields) {
    const list = containersOf(spec, field);
    for (let i = 0; i < list.length; i++) {
      const container = list[i];
      if (container !== undefined) visit(container, field, i);
    }
  }
}

/** Whether any container satisfies `test`. */
export function someContainer(
  spec: PodSpec,
  test: (container: Container, field: ContainerField) => boolean,
  fields: readonly ContainerField[] = FIELDS,
): boolean {
  return fields.some((field) => containersOf(spec, field).some((container) => test(container, field)));
}

/** Calls back for every container of a spec with its path below `path` (Go: VisitContainersWithPath). */
export function visitContainersWithPath(
  spec: PodSpec,
  path: FieldPath,
  visit: (container: Container, path: FieldPath, field: ContainerField) => void,
): void {
  visitContainers(spec, (container, field, index) => {
    visit(container, path.child(field).index(index), field);
  });
}

/** An init container that keeps running beside the others (KEP-753). */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}
