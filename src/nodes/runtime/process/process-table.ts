import type { Process } from './process.js';

/** Process numbers: a container's own, or a pod's whose containers share them (`shareProcessNamespace`). */
export class ProcessTable {
  readonly processes = new Map<number, Process>();
  private last: number;

  /** @param hasPause whether number 1 is the pod's own, which waits for what its containers leave behind */
  constructor(readonly hasPause: boolean) {
    this.last = hasPause ? 1 : 0;
  }

  next(): number {
    return ++this.last;
  }
}
