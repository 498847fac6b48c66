import type { Typed } from '../client/client.js';
import type { ComponentContext } from '../client/component-context.js';
import { NAMESPACES } from '../component-helpers/resources.js';
import type { Namespace, Pod } from '../schema/generated/core-v1.js';
import type { SchedulerCache } from './cache.js';
import type { FilterPlugin, ScorePlugin } from './plugin.js';
import { balancedAllocation } from './plugins/balanced-allocation.js';
import { DynamicResources } from './plugins/devices/dynamic-resources.js';
import { imageLocality } from './plugins/image-locality.js';
import { nodeAffinity } from './plugins/node-affinity.js';
import { nodeName } from './plugins/node-name.js';
import { nodePorts } from './plugins/node-ports.js';
import { nodeResourcesFit } from './plugins/node-resources-fit.js';
import { nodeUnschedulable } from './plugins/node-unschedulable.js';
import { podAffinity } from './plugins/pod-affinity/plugin.js';
import { taintToleration } from './plugins/taint-toleration.js';
import { DefaultSelectors } from './plugins/topology-spread/default-selector.js';
import { topologySpread } from './plugins/topology-spread/plugin.js';
import { nodeVolumeLimits } from './plugins/volumes/node-volume-limits.js';
import { volumeBinding } from './plugins/volumes/volume-binding.js';
import { volumeListers } from './plugins/volumes/volume-listers.js';
import { volumeRestrictions } from './plugins/volumes/volume-restrictions.js';
import { volumeZone } from './plugins/volumes/volume-zone.js';

export interface Profile {
  /** Whether a pod must wait for others before it is looked at (Go: PreEnqueue). */
  readonly isWaiting: (pod: Typed<Pod>) => boolean;
  readonly filters: readonly FilterPlugin[];
  readonly scores: readonly ScorePlugin[];
}

/** The plugins of `default-scheduler`, in their order (Go: scheduler/apis/config/v1.getDefaultPlugins). */
export function defaultProfile(cache: SchedulerCache, context: ComponentContext): Profile {
  const { informers } = context;
  const listers = volumeListers(informers);
  const namespaces = informers.of<Typed<Namespace>>(NAMESPACES);
  const selectors = new DefaultSelectors(informers);
  const fit = nodeResourcesFit();
  const spread = topologySpread(cache, (pod) => selectors.of(pod));
  const affinity = podAffinity(cache, (name) => namespaces.get('', name)?.metadata.labels);
  const devices = new DynamicResources(context);
  return {
    isWaiting: (pod) => devices.isWaiting(pod),
    filters: [
      nodeUnschedulable,
      nodeName,
      taintToleration,
      nodeAffinity,
      nodePorts,
      fit,
      volumeRestrictions(cache, listers),
      nodeVolumeLimits(listers),
      volumeBinding(context, listers),
      volumeZone(listers),
      spread,
      affinity,
      devices,
    ],
    scores: [taintToleration, nodeAffinity, fit, spread, affinity, balancedAllocation, imageLocality(cache)],
  };
}
