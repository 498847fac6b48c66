import type { BehaviourEnvironment } from '../../behaviour.js';
import { needsHealthCheck, nodePortsOf, type Service } from './service.js';

/** Why a port can't be had; the text goes into a cause. */
export class PortError extends Error {}

const ALLOCATED = 'provided port is already allocated';
const FULL = 'range is full';
/** Services in storage. */
const SERVICES = '/services';
/** From where a dry run counts up when no port is given. */
const DRY_RUN_BASE = 32768;

/**
 * The node ports in use. Ports are chosen by chance, first from the upper part
 * of the range: the lower part is left to those who choose themselves (KEP-3668).
 */
export class NodePorts {
  private used: Promise<Set<number>> | undefined;

  constructor(private readonly environment: BehaviourEnvironment) {}

  /** Reads what stored services use, once. */
  async ready(): Promise<ReadySet> {
    this.used ??= this.load();
    return new ReadySet(await this.used, this.environment);
  }

  private async load(): Promise<Set<number>> {
    const used = new Set<number>();
    const { items } = await this.environment.storage.list(SERVICES);
    for (const { value } of items) {
      const service = value as Service;
      for (const port of nodePortsOf(service)) used.add(port);
      if (needsHealthCheck(service) && service.spec.healthCheckNodePort) used.add(service.spec.healthCheckNodePort);
    }
    return used;
  }
}

/** The ports once they are known: all of it happens at once. */
export class ReadySet {
  constructor(
    private readonly used: Set<number>,
    private readonly environment: BehaviourEnvironment,
  ) {}

  has(port: number): boolean {
    return this.used.has(port);
  }

  allocate(port: number): void {
    const { from, to } = this.environment.nodePorts;
    if (port < from || port > to) {
      throw new PortError(`provided port is not in the valid range. The range of valid ports is ${String(from)}-${String(to)}`);
    }
    if (this.used.has(port)) throw new PortError(ALLOCATED);
    this.used.add(port);
  }

  allocateNext(): number {
    const { from, to } = this.environment.nodePorts;
    const size = to - from + 1;
    const reserved = reservedPart(size);
    const port = this.search(from + reserved, size - reserved) ?? this.search(from, reserved);
    if (port === undefined) throw new PortError(FULL);
    this.used.add(port);
    return port;
  }

  private search(first: number, count: number): number | undefined {
    if (count <= 0) return undefined;
    const start = this.environment.random.int(count);
    for (let i = 0; i < count; i++) {
      const port = first + ((start + i) % count);
      if (!this.used.has(port)) return port;
    }
    return undefined;
  }

  release(port: number): void {
    this.used.delete(port);
  }
}

/** How much of a range is left for chosen ports: a 32nd, at least 16 and at most 128. */
function reservedPart(size: number): number {
  if (size <= 16) return 0;
  return Math.min(Math.max(Math.trunc(size / 32), 16), 128);
}

/** The ports that one write takes and gives back; nothing is final before `commit`. */
export class PortOperation {
  private readonly allocated: number[] = [];
  private readonly released: number[] = [];

  constructor(
    private readonly ports: ReadySet,
    private readonly dryRun: boolean,
  ) {}

  allocate(port: number): void {
    if (!this.dryRun) this.ports.allocate(port);
    else if (this.ports.has(port) || this.allocated.includes(port)) throw new PortError(ALLOCATED);
    this.allocated.push(port);
  }

  allocateNext(): number {
    const port = this.dryRun ? this.guess() : this.ports.allocateNext();
    this.allocated.push(port);
    return port;
  }

  /** A dry run shows a port without looking whether it is free. */
  private guess(): number {
    const last = this.allocated.length === 0 ? DRY_RUN_BASE : Math.max(...this.allocated);
    for (let port = last + 1; port < 100; port++) if (!this.ports.has(port)) return port;
    return last + 1;
  }

  releaseLater(port: number): void {
    this.released.push(port);
  }

  commit(): void {
    if (this.dryRun) return;
    for (const port of this.released) this.ports.release(port);
  }

  revert(): void {
    if (this.dryRun) return;
    for (const port of this.allocated) this.ports.release(port);
  }
}
