import type { Typed } from '../../client/client.js';
import { amountsOf, type Amounts } from '../../component-helpers/aggregate-resources.js';
import { RequiredNodeAffinity } from '../../component-helpers/node-affinity.js';
import { podRequests } from '../../component-helpers/pod-resources.js';
import type { Pod } from '../../component-helpers/pods.js';
import { findUntoleratedTaint } from '../../component-helpers/tolerations.js';
import type { Node, PodSpec } from '../../schema/generated/core-v1.js';
import type { Shortage } from './critical-pods.js';
import type { Verdict } from './pod-status.js';

interface Held {
  readonly amounts: ReadonlyMap<string, number>;
  readonly ports: readonly string[];
}

interface Lack extends Shortage {
  readonly verdict: Verdict;
}

/** What the pods of a node hold of it, and whether another one fits (Go: lifecycle.predicateAdmitHandler). */
export class NodeResources {
  private readonly pods = new Map<string, Held>();
  private readonly used = new Map<string, number>();
  private readonly ports = new Set<string>();

  /**
   * Takes the pod in; returns why not if it doesn't fit.
   * @param makeRoom for a pod that is to have it where nothing else stands in the way; returns why there is none
   */
  admit(pod: Pod, node: Typed<Node>, makeRoom?: (shortages: readonly Shortage[]) => Verdict | undefined): Verdict | undefined {
    const { spec, metadata } = pod;
    const held: Held = { amounts: numbersOf(podRequests(spec)), ports: hostPorts(spec) };
    const lacks = this.lacks(held, node);
    const otherwise = mismatch(spec, node) ?? this.portTaken(held) ?? untolerated(spec, node);
    const refusal = makeRoom === undefined || lacks.length === 0 ? (lacks[0]?.verdict ?? otherwise) : (otherwise ?? makeRoom(lacks));
    if (refusal === undefined) this.hold(metadata.uid ?? '', held);
    return refusal;
  }

  /** What an admitted pod holds; undefined if it isn't here. */
  heldBy(uid: string): ReadonlyMap<string, number> | undefined {
    return this.pods.get(uid)?.amounts;
  }

  /** Gives an admitted pod what it asks for by now; returns why not if that doesn't fit. */
  resize(pod: Pod, node: Typed<Node>): Verdict | undefined {
    const uid = pod.metadata.uid ?? '';
    const before = this.pods.get(uid);
    this.release(uid);
    const held: Held = { amounts: numbersOf(podRequests(pod.spec)), ports: hostPorts(pod.spec) };
    const refusal = this.lacks(held, node)[0]?.verdict;
    this.hold(uid, refusal === undefined ? held : (before ?? held));
    return refusal;
  }

  release(uid: string): void {
    const held = this.pods.get(uid);
    if (held === undefined) return;
    this.pods.delete(uid);
    for (const [name, amount] of held.amounts) this.used.set(name, (this.used.get(name) ?? 0) - amount);
    for (const port of held.ports) this.ports.delete(port);
  }

  private hold(uid: string, held: Held): void {
    this.release(uid);
    this.pods.set(uid, held);
    for (const [name, amount] of held.amounts) this.used.set(name, (this.used.get(name) ?? 0) + amount);
    for (const port of held.ports) this.ports.add(port);
  }

  private lacks({ amounts }: Held, node: Typed<Node>): Lack[] {
    const lacks: Lack[] = [];
    const allocatable = numbersOf(amountsOf(node.status.allocatable));
    const pods = allocatable.get('pods') ?? 0;
    if (this.pods.size + 1 > pods) lacks.push(outOf('pods', 1, this.pods.size, pods));
    for (const [name, requested] of amounts) {
      const capacity = allocatable.get(name);
      // Extended resources that the node doesn't know are for the whole cluster.
      if (requested === 0 || (capacity === undefined && name.includes('/'))) continue;
      const used = this.used.get(name) ?? 0;
      if (requested > (capacity ?? 0) - used) lacks.push(outOf(name, requested, used, capacity ?? 0));
    }
    return lacks;
  }

  private portTaken({ ports }: Held): Verdict | undefined {
    if (!ports.some((port) => this.ports.has(port))) return undefined;
    return predicate('NodePorts', "node(s) didn't have free ports for the requested pod ports");
  }
}

function outOf(name: string, requested: number, used: number, capacity: number): Lack {
  const amounts = `requested: ${String(requested)}, used: ${String(used)}, capacity: ${String(capacity)}`;
  const verdict = { reason: `OutOf${name}`, message: `Node didn't have enough resource: ${name}, ${amounts}` };
  return { name, amount: requested - (capacity - used), verdict };
}

function predicate(name: string, why: string): Verdict {
  return { reason: name, message: `Predicate ${name} failed: ${why}` };
}

function mismatch(spec: PodSpec, node: Typed<Node>): Verdict | undefined {
  if (spec.os?.name !== undefined && spec.os.name !== 'linux')
    return { reason: 'PodOSNotSupported', message: "Failed to admit pod as the OS field doesn't match node OS" };
  if (new RequiredNodeAffinity(spec).matches(node)) return undefined;
  return predicate('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
}

function untolerated(spec: PodSpec, node: Typed<Node>): Verdict | undefined {
  if (findUntoleratedTaint(node.spec.taints, spec.tolerations, ['NoExecute']) === undefined) return undefined;
  return predicate('TaintToleration', "node(s) had taints that the pod didn't tolerate");
}

/** Thousandths of cores, and whole numbers of the rest. */
function numbersOf(amounts: Amounts): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const [name, amount] of amounts) numbers.set(name, name === 'cpu' ? amount.milliValue() : amount.value());
  return numbers;
}

/** Ports of the machine itself, as `TCP/80`. */
function hostPorts({ containers = [], initContainers = [] }: PodSpec): string[] {
  return [...(containers ?? []), ...(initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')].flatMap(
    ({ ports = [] }) =>
      ports.flatMap(({ hostPort = 0, protocol = 'TCP', hostIP = '' }) =>
        hostPort === 0 ? [] : [`${hostIP}/${protocol}/${String(hostPort)}`],
      ),
  );
}
