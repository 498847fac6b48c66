import { formatTime } from '../../../apimachinery/time.js';
import { nodeCondition, type Node } from '../../../component-helpers/nodes.js';
import type { NodeCondition } from '../../../schema/generated/core-v1.js';

/** Milliseconds without a sign of life after which a node is given up (Go: --node-monitor-grace-period, --node-startup-grace-period). */
const GRACE = 50_000;
const STARTUP_GRACE = 60_000;

/** Conditions that only the kubelet knows. */
const KUBELET_CONDITIONS = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'] as const;

/** What was last heard of a node. */
export interface NodeHealth {
  /** Milliseconds since the epoch of the last sign of life. */
  seen: number;
  /** The condition Ready as it was then. */
  ready: NodeCondition | undefined;
  /** When the lease was last renewed, as it says. */
  renewed: string;
}

/**
 * Notes signs of life: a changed heartbeat or a renewed lease (Go: tryUpdateNodeHealth).
 * @param created milliseconds since the epoch
 */
export function observe(health: NodeHealth | undefined, node: Node, renewed: string | undefined, created: number, now: number): NodeHealth {
  const ready = nodeCondition(node, 'Ready');
  const next: NodeHealth = health ?? { seen: ready === undefined ? created : now, ready, renewed: '' };
  if (health !== undefined) {
    const isNew = (next.ready === undefined) !== (ready === undefined);
    if (isNew || next.ready?.lastHeartbeatTime !== ready?.lastHeartbeatTime) next.seen = now;
    next.ready = ready;
  }
  if (renewed !== undefined && renewed > next.renewed) {
    next.renewed = renewed;
    next.seen = now;
  }
  return next;
}

/** Milliseconds since the epoch at which the node is given up if it gives no sign of life. */
export function deadlineOf({ seen, ready }: NodeHealth): number {
  return seen + (ready === undefined ? STARTUP_GRACE : GRACE);
}

/** Conditions of a node from which nothing is heard any more; undefined if they say so already. */
export function unknownConditions({ metadata, status }: Node, now: number): NodeCondition[] | undefined {
  const conditions = [...(status.conditions ?? [])];
  let hasChanged = false;
  for (const type of KUBELET_CONDITIONS) {
    const at = conditions.findIndex((condition) => condition.type === type);
    const old = conditions[at];
    if (old?.status === 'Unknown') continue;
    hasChanged = true;
    const lastTransitionTime = formatTime(now);
    if (old === undefined) {
      const reason = 'NodeStatusNeverUpdated';
      const message = 'Kubelet never posted node status.';
      const lastHeartbeatTime = metadata.creationTimestamp ?? null;
      conditions.push({ type, status: 'Unknown', lastHeartbeatTime, lastTransitionTime, reason, message });
    } else {
      const message = 'Kubelet stopped posting node status.';
      conditions[at] = { ...old, status: 'Unknown', lastTransitionTime, reason: 'NodeStatusUnknown', message };
    }
  }
  return hasChanged ? conditions : undefined;
}
