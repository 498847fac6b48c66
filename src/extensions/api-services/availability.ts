import { goQuote } from '../../apimachinery/field-error.js';
import { formatTime } from '../../apimachinery/time.js';
import type { KubeObject } from '../../registry/object.js';
import type { APIServiceCondition, APIServiceSpec } from '../../schema/generated/apiregistration-v1.js';
import type { Service } from '../../schema/generated/core-v1.js';
import type { EndpointSlice } from '../../schema/generated/discovery-v1.js';

/** An APIService that another server stands behind. */
export interface RemoteApiService extends KubeObject {
  spec: APIServiceSpec;
  status: { conditions?: APIServiceCondition[] };
}

/** What an APIService's server can be found by. */
export interface Backing {
  readonly service: Pick<Service, 'spec'> | undefined;
  readonly slices: readonly Pick<EndpointSlice, 'endpoints' | 'ports'>[];
}

/** What the condition says. */
export interface Verdict {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

export const PASSED: Verdict = Object.freeze({ status: 'True', reason: 'Passed', message: 'all checks passed' });

/** The last check failed: that of the server's discovery document. */
export function failedDiscovery(message: string): Verdict {
  return { status: 'False', reason: 'FailedDiscoveryCheck', message };
}

/**
 * Why an APIService's server can't be found; undefined if it can be asked (Go:
 * kube-aggregator, remote available controller).
 */
export function unavailability(spec: APIServiceSpec, { service, slices }: Backing): Verdict | undefined {
  const fault = faultOf(spec, { service, slices });
  return fault === undefined ? undefined : { status: 'False', ...fault };
}

function faultOf(spec: APIServiceSpec, { service, slices }: Backing): Omit<Verdict, 'status'> | undefined {
  const { name = '', namespace = '', port = 0 } = spec.service ?? {};
  const who = `service/${name} in ${goQuote(namespace)}`;
  if (service === undefined) return { reason: 'ServiceNotFound', message: `${who} is not present` };
  if (service.spec.type === 'ClusterIP') {
    const found = service.spec.ports?.find((candidate) => candidate.port === port);
    if (found === undefined) return { reason: 'ServicePortError', message: `${who} is not listening on port ${String(port)}` };
    if (slices.length === 0) return { reason: 'EndpointsNotFound', message: `cannot find endpointslices for ${who}` };
    const { name: portName = '' } = found;
    if (!slices.some((slice) => isReady(slice, portName))) {
      return { reason: 'MissingEndpoints', message: `endpointslices for ${who} have no addresses with port name ${goQuote(portName)}` };
    }
  }
  return undefined;
}

/** Where the discovery document of an APIService is. */
export function discoveryUrl(spec: APIServiceSpec, service: Backing['service']): string {
  const host = service?.spec.type === 'ExternalName' ? service.spec.externalName : service?.spec.clusterIP;
  return `https://${host ?? ''}:${String(spec.service?.port ?? 0)}/apis/${spec.group ?? ''}/${spec.version ?? ''}`;
}

function isReady({ endpoints, ports }: Backing['slices'][number], portName: string): boolean {
  const ready = (endpoints ?? []).some(({ conditions }) => conditions.ready !== false);
  return ready && (ports ?? []).some(({ name, port }) => name === portName && port !== undefined);
}

/** The conditions with that of availability brought up to date; the given list if nothing changes. @param now milliseconds since the epoch */
export function withAvailability(
  conditions: readonly APIServiceCondition[],
  { status, reason, message }: Verdict,
  now: number,
): readonly APIServiceCondition[] {
  const type = 'Available';
  const old = conditions.find((condition) => condition.type === type);
  if (old === undefined) return [...conditions, { type, status, lastTransitionTime: formatTime(now), reason, message }];
  if (old.status === status && old.reason === reason && old.message === message) return conditions;
  const lastTransitionTime = old.status === status ? old.lastTransitionTime : formatTime(now);
  return conditions.map((condition) => (condition === old ? { type, status, lastTransitionTime, reason, message } : condition));
}
