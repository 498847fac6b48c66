import { visitContainers } from '../../component-helpers/containers.js';
import type { Container, PodSpec } from '../../schema/generated/core-v1.js';

/** What a check looks at: a pod, or the template of pods. */
export interface PodToCheck {
  readonly annotations: Readonly<Record<string, string>> | undefined;
  readonly spec: PodSpec;
}

/** Why a check forbids a pod. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

/** undefined allows. */
export type CheckPod = (pod: PodToCheck) => Violation | undefined;

/** One rule of the Pod Security Standards, with its forms from some minor version on. */
export interface Check {
  readonly id: string;
  readonly level: 'baseline' | 'restricted';
  /** By rising minor version. */
  readonly versions: readonly { readonly since: number; readonly check: CheckPod; readonly overrides?: readonly string[] }[];
}

/** Calls back for init, plain and ephemeral containers. */
export function eachContainer({ spec }: PodToCheck, visit: (container: Container) => void): void {
  visitContainers(spec, visit, ORDER);
}

const ORDER = ['initContainers', 'containers', 'ephemeralContainers'] as const;

/** The names of the containers for which this holds. */
export function containersWhere(pod: PodToCheck, test: (container: Container) => boolean): string[] {
  const names: string[] = [];
  eachContainer(pod, (container) => {
    if (test(container)) names.push(container.name ?? '');
  });
  return names;
}

/** `container "a"` or `containers "a", "b"`. */
export function containersText(names: readonly string[]): string {
  return `${plural(names.length, 'container')} ${quoted(names)}`;
}

/** `"a", "b"`, without escapes, as upstream joins them. */
export function quoted(texts: Iterable<string>): string {
  return [...texts].map((text) => `"${text}"`).join(', ');
}

export function plural(count: number, one: string): string {
  return count === 1 ? one : `${one}s`;
}

/** Values found, each once and in order. */
export function sorted(values: ReadonlySet<string>): string[] {
  return [...values].sort();
}

/** Those who set something bad: the pod itself, and containers. */
export function settersText(podItself: boolean, containers: readonly string[]): string {
  return [...(podItself ? ['pod'] : []), ...(containers.length > 0 ? [containersText(containers)] : [])].join(' and ');
}

/** Since 1.25 Windows pods are exempt from what Windows doesn't know. */
export function exceptWindows(check: CheckPod): CheckPod {
  return (pod) => (pod.spec.os?.name === 'windows' ? undefined : check(pod));
}

/** Since 1.35 pods in a user namespace may be root in it (KEP-127). */
export function exceptUserNamespaces(check: CheckPod): CheckPod {
  return (pod) => (pod.spec.hostUsers === false ? undefined : check(pod));
}
