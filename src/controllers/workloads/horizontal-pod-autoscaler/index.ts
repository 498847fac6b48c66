import type { LabelSelector } from '../../../apimachinery/label-selector.js';
import type { ComponentContext } from '../../../client/component-context.js';
import { keyOf, splitKey } from '../../../client/informer.js';
import type { Pod } from '../../../component-helpers/pods.js';
import { HORIZONTAL_POD_AUTOSCALERS, PODS } from '../../../component-helpers/resources.js';
import type { ControllerDescriptor } from '../../descriptor.js';
import { AutoscalerSync, type AutoscalerTools } from './autoscaler-sync.js';
import { MetricsClient } from './metrics-client.js';
import type { ScalingMemory } from './scaling-memory.js';
import type { HorizontalPodAutoscaler } from './types.js';

/** Milliseconds between two looks (Go: --horizontal-pod-autoscaler-sync-period). */
const PERIOD = 15_000;

/** Scales workloads by metrics, each one a period after it was made or looked at (Go: pkg/controller/podautoscaler). */
export const horizontalPodAutoscalerController: ControllerDescriptor = {
  name: 'horizontal-pod-autoscaler-controller',
  alias: 'horizontalpodautoscaling',
  serviceAccount: 'horizontal-pod-autoscaler',
  start: (context: ComponentContext) => {
    const { client, clock, informers } = context;
    const autoscalers = informers.of<HorizontalPodAutoscaler>(HORIZONTAL_POD_AUTOSCALERS);
    const tools: AutoscalerTools = {
      client,
      clock,
      recorder: context.recorder('horizontal-pod-autoscaler'),
      metrics: new MetricsClient(client),
      pods: informers.of<Pod>(PODS),
      selectors: new Map<string, LabelSelector>(),
      memories: new Map<string, ScalingMemory>(),
    };
    const queue = context.queue(async (key) => {
      const { namespace, name } = splitKey(key);
      const autoscaler = autoscalers.get(namespace, name);
      if (autoscaler === undefined) return;
      try {
        await new AutoscalerSync(tools, key, autoscaler).run();
      } finally {
        queue.addAfter(key, PERIOD);
      }
    });
    autoscalers.addHandler({
      added: (autoscaler) => {
        queue.addAfter(keyOf(autoscaler), PERIOD);
      },
      deleted: (autoscaler) => {
        tools.selectors.delete(keyOf(autoscaler));
        tools.memories.delete(keyOf(autoscaler));
      },
    });
  },
};
