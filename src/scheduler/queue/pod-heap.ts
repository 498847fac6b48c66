import type { QueuedPod } from './queued-pod.js';

/** Waiting pods of which the least is at hand; any can be taken out by its uid. */
export class PodHeap {
  private readonly heap: QueuedPod[] = [];
  private readonly positions = new Map<string, number>();

  constructor(private readonly isBefore: (a: QueuedPod, b: QueuedPod) => boolean) {}

  get size(): number {
    return this.heap.length;
  }

  get(uid: string): QueuedPod | undefined {
    const position = this.positions.get(uid);
    return position === undefined ? undefined : this.heap[position];
  }

  add(pod: QueuedPod): void {
    this.put(this.heap.length, pod);
    this.rise(this.heap.length - 1);
  }

  pop(): QueuedPod | undefined {
    const first = this.heap[0];
    if (first !== undefined) this.delete(first.info.uid);
    return first;
  }

  delete(uid: string): QueuedPod | undefined {
    const position = this.positions.get(uid);
    if (position === undefined) return undefined;
    const found = this.heap[position];
    const last = this.heap.pop();
    this.positions.delete(uid);
    if (last !== undefined && last !== found) {
      this.put(position, last);
      this.rise(position);
      this.sink(this.positions.get(last.info.uid) ?? position);
    }
    return found;
  }

  /** Puts the pod in its place after what decides about it has changed. */
  moved(uid: string): void {
    const position = this.positions.get(uid);
    if (position === undefined) return;
    this.rise(position);
    this.sink(this.positions.get(uid) ?? position);
  }

  *values(): Iterable<QueuedPod> {
    yield* this.heap;
  }

  private put(position: number, pod: QueuedPod): void {
    this.heap[position] = pod;
    this.positions.set(pod.info.uid, position);
  }

  private rise(from: number): void {
    const pod = this.heap[from];
    if (pod === undefined) return;
    let at = from;
    while (at > 0) {
      const parent = this.heap[(at - 1) >> 1];
      if (parent === undefined || !this.isBefore(pod, parent)) break;
      this.put(at, parent);
      at = (at - 1) >> 1;
    }
    this.put(at, pod);
  }

  private sink(from: number): void {
    const pod = this.heap[from];
    if (pod === undefined) return;
    let at = from;
    for (;;) {
      const left = this.heap[2 * at + 1];
      const right = this.heap[2 * at + 2];
      if (left === undefined) break;
      const isRight = right !== undefined && this.isBefore(right, left);
      const child = isRight ? right : left;
      if (!this.isBefore(child, pod)) break;
      this.put(at, child);
      at = isRight ? 2 * at + 2 : 2 * at + 1;
    }
    this.put(at, pod);
  }
}
