import type { Clock } from '../../apimachinery/clock.js';
import type { Typed } from '../../client/client.js';
import type { Service, ServicePort } from '../../schema/generated/core-v1.js';
import type { Backend } from './network.js';

/** Of the API's default. Seconds. */
const DEFAULT_TIMEOUT = 10_800;
/** Clients that are remembered before those that have gone are forgotten. */
const MANY = 1000;

/** Which backend a client is to meet again, for services with `sessionAffinity: ClientIP` (Go: pkg/proxy). */
export class SessionAffinity {
  private readonly met = new Map<string, { readonly backend: Backend; readonly until: number }>();

  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    /** Any of them. */
    private readonly choose: (backends: readonly Backend[]) => Backend | undefined,
  ) {}

  /** @param client its address */
  backendFor(client: string, service: Typed<Service>, port: ServicePort, backends: readonly Backend[]): Backend | undefined {
    const { sessionAffinity, sessionAffinityConfig } = service.spec;
    if (sessionAffinity !== 'ClientIP') return this.choose(backends);
    const now = this.clock.now();
    const key = `${service.metadata.uid ?? ''} ${port.name ?? ''} ${client}`;
    const known = this.met.get(key);
    const same =
      known === undefined || known.until < now
        ? undefined
        : backends.find(({ address, port: number }) => address === known.backend.address && number === known.backend.port);
    const backend = same ?? this.choose(backends);
    if (backend === undefined) return undefined;
    if (this.met.size >= MANY) this.forget(now);
    this.met.set(key, { backend, until: now + (sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_TIMEOUT) * 1000 });
    return backend;
  }

  private forget(now: number): void {
    for (const [key, { until }] of this.met) if (until < now) this.met.delete(key);
  }
}
