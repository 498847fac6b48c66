import { describe, expect, it } from 'vitest';
import type { Typed } from '../../../src/client/client.js';
import { SessionAffinity } from '../../../src/nodes/network/affinity.js';
import type { Backend } from '../../../src/nodes/network/network.js';
import type { Service, ServiceSpec } from '../../../src/schema/generated/core-v1.js';

const BACKENDS: readonly Backend[] = ['a', 'b', 'c'].map((address) => ({ address, port: 80 }));
const sticky = { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 10 } } } as const;
const service = (spec: ServiceSpec): Typed<Service> => ({ metadata: { uid: 'u' }, spec }) as Typed<Service>;

/** Chooses the backends by turns. */
function affinity(): {
  readonly clock: { time: number };
  readonly meet: (client: string, spec: ServiceSpec, backends?: typeof BACKENDS) => string;
} {
  const clock = { time: 0 };
  let turn = 0;
  const sessions = new SessionAffinity({ now: () => clock.time }, (backends) => backends[turn++ % backends.length]);
  return { clock, meet: (client, spec, backends = BACKENDS) => sessions.backendFor(client, service(spec), {}, backends)?.address ?? '' };
}

describe('the affinity of sessions', () => {
  it('leads a client to the backend that it met, and others to theirs', () => {
    const { meet } = affinity();
    expect(['x', 'x', 'y', 'x', 'y'].map((client) => meet(client, sticky))).toEqual(['a', 'a', 'b', 'a', 'b']);
  });

  it('is none unless the service wants it', () => {
    const { meet } = affinity();
    expect([meet('x', {}), meet('x', {}), meet('x', { sessionAffinity: 'None' })]).toEqual(['a', 'b', 'c']);
  });

  it('ends some time after the last visit', () => {
    const { clock, meet } = affinity();
    const visit = (time: number): string => {
      clock.time = time;
      return meet('x', sticky);
    };
    expect([0, 9000, 18_000, 28_001].map(visit)).toEqual(['a', 'a', 'a', 'b']);
  });

  it('ends with the backend, and finds none where there is none', () => {
    const { meet } = affinity();
    expect([meet('x', sticky), meet('x', sticky, BACKENDS.slice(1)), meet('x', sticky, [])]).toEqual(['a', 'c', '']);
  });
});
