import type { Container, PodSpec } from '../../schema/generated/core-v1.js';

/** Whether an update of a pod changes what a policy looks at: images, and containers for debugging. */
export function isSignificantUpdate(spec: PodSpec, old: PodSpec): boolean {
  if (differ(spec.containers ?? [], old.containers ?? []) || differ(spec.initContainers ?? [], old.initContainers ?? [])) return true;
  return (spec.ephemeralContainers ?? []).some((container) => {
    const before = (old.ephemeralContainers ?? []).find(({ name }) => name === container.name);
    return before === undefined || before.image !== container.image;
  });
}

function differ(containers: readonly Container[], old: readonly Container[]): boolean {
  return containers.length !== old.length || containers.some(({ image }, i) => image !== old[i]?.image);
}
