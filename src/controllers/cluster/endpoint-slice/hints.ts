import type { Endpoint, EndpointHints } from '../../../schema/generated/discovery-v1.js';
import { semanticEqual } from '../../../apimachinery/semantic-equal.js';
import type { Service } from '../endpoints/services.js';

const TOPOLOGY_MODE = 'service.kubernetes.io/topology-mode';
const TOPOLOGY_HINTS = 'service.kubernetes.io/topology-aware-hints';

/** Where a service's traffic is to stay if it can: in the zone, on the node; undefined if it may go anywhere (KEP-4444). */
export type Distribution = 'zone' | 'node' | undefined;

export function distributionOf({ metadata: { annotations = {} }, spec }: Service): Distribution {
  // Hints by topology have precedence.
  if (/^[Aa]uto$/.test(annotations[TOPOLOGY_HINTS] ?? annotations[TOPOLOGY_MODE] ?? '')) return undefined;
  switch (spec.trafficDistribution) {
    case 'PreferClose':
    case 'PreferSameZone':
      return 'zone';
    case 'PreferSameNode':
      return 'node';
    default:
      return undefined;
  }
}

/** Whether a slice lacks hints or has others than it should (Go: trafficdist.ReconcileHints). */
export function needsHints(endpoints: readonly Endpoint[], distribution: Distribution): boolean {
  if (distribution === undefined) return endpoints.some(({ hints }) => hints !== undefined);
  return endpoints.some(
    (endpoint) => endpoint.conditions.ready === true && !semanticEqual(endpoint.hints, hintsOf(endpoint, distribution)),
  );
}

/** Endpoints with the hints that they should have; those that aren't ready keep theirs. */
export function withHints(endpoints: readonly Endpoint[], distribution: Distribution): Endpoint[] {
  return endpoints.map((endpoint) => {
    if (distribution !== undefined && endpoint.conditions.ready !== true) return endpoint;
    const { hints: _, ...bare } = endpoint;
    const hints = distribution === undefined ? undefined : hintsOf(endpoint, distribution);
    return hints === undefined ? bare : { ...bare, hints };
  });
}

function hintsOf({ zone, nodeName }: Endpoint, distribution: Distribution): EndpointHints | undefined {
  const hints: EndpointHints = {
    ...(zone === undefined ? {} : { forZones: [{ name: zone }] }),
    ...(nodeName === undefined || distribution !== 'node' ? {} : { forNodes: [{ name: nodeName }] }),
  };
  return Object.keys(hints).length === 0 ? undefined : hints;
}
