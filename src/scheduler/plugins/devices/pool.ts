import type { Typed } from '../../../client/client.js';
import { matchesNodeSelector } from '../../../component-helpers/node-affinity.js';
import type { Node, NodeSelector } from '../../../schema/generated/core-v1.js';
import type { Device, ResourceSlice } from '../../../schema/generated/resource-v1.js';

/** A device with all that names it. */
export interface PooledDevice {
  readonly driver: string;
  readonly pool: string;
  readonly device: Device;
  /** `driver/pool/device` */
  readonly id: string;
  /** Whether only the node at hand can use it. */
  readonly isLocal: boolean;
}

export function deviceId(driver = '', pool = '', device = ''): string {
  return `${driver}/${pool}/${device}`;
}

/** The devices that a node can use, of pools whose latest generation is complete (Go: structured.GatherPools). */
export function devicesFor(node: Typed<Node>, slices: readonly Typed<ResourceSlice>[]): readonly PooledDevice[] {
  const found: PooledDevice[] = [];
  for (const pool of completePools(slices))
    for (const { spec } of pool) {
      const { driver = '', perDeviceNodeSelection = false } = spec;
      if (!perDeviceNodeSelection && !isUsableOn(node, spec)) continue;
      for (const device of spec.devices ?? []) {
        const place = perDeviceNodeSelection ? device : spec;
        if (perDeviceNodeSelection && !isUsableOn(node, device)) continue;
        const name = spec.pool.name ?? '';
        found.push({ driver, pool: name, device, id: deviceId(driver, name, device.name), isLocal: place.nodeName !== undefined });
      }
    }
  return found;
}

function completePools(slices: readonly Typed<ResourceSlice>[]): readonly (readonly Typed<ResourceSlice>[])[] {
  const pools = new Map<string, Typed<ResourceSlice>[]>();
  for (const slice of slices) {
    const { driver = '', pool } = slice.spec;
    const key = `${driver}/${pool.name ?? ''}`;
    const known = pools.get(key) ?? [];
    const newest = known[0]?.spec.pool.generation ?? -1;
    const { generation = 0 } = pool;
    if (generation > newest) pools.set(key, [slice]);
    else if (generation === newest) known.push(slice);
  }
  return [...pools.values()].filter((pool) => pool.length === (pool[0]?.spec.pool.resourceSliceCount ?? 0));
}

interface Place {
  readonly nodeName?: string | undefined;
  readonly nodeSelector?: NodeSelector | undefined;
  readonly allNodes?: boolean | undefined;
}

function isUsableOn(node: Typed<Node>, { nodeName, nodeSelector, allNodes }: Place): boolean {
  if (nodeName !== undefined) return nodeName === node.metadata.name;
  return allNodes === true || (nodeSelector !== undefined && matchesNodeSelector(nodeSelector, node));
}
