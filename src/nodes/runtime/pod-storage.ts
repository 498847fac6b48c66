import { parseQuantity } from '../../apimachinery/quantity.js';
import { effectiveLimits } from '../../component-helpers/pod-resources.js';
import type { Container, EphemeralContainer, Pod, Volume } from '../../schema/generated/core-v1.js';
import { Quota } from './fs/nodes.js';

/** Bytes that a container may write outside of its volumes, and that an emptyDir may take, whatever the pod says. */
const MAX_BYTES = 128 * 1024 * 1024;

/** A part of a pod's files that has a limit of its own, and what is said when it is passed. */
interface Part {
  readonly quota: Quota;
  readonly limit: number;
  readonly message: string;
}

/**
 * What a pod keeps on its node's disk. Its limits can be passed: a kubelet looks now and then, and evicts
 * (Go: eviction.localStorageEviction). What is kept in memory has hard ones.
 */
export class PodStorage {
  private readonly volumes = new Map<string, Part>();
  private readonly containers = new Map<string, Part>();
  private readonly total: Part;

  /** @param passed called when a limit is passed */
  constructor(
    { spec }: Pod,
    private readonly passed: () => void,
  ) {
    const limit = effectiveLimits({ spec, status: {} }).get('ephemeral-storage');
    const most = limit === undefined ? Infinity : limit.value();
    const message = `Pod ephemeral local storage usage exceeds the total limit of containers ${String(limit)}. `;
    this.total = { quota: new Quota(Infinity, { maxNodes: Infinity, soft: { bytes: most, passed } }), limit: most, message };
  }

  /** The quota of an emptyDir. */
  emptyDir({ name = '', emptyDir }: Volume): Quota {
    const size = emptyDir?.sizeLimit ?? '0';
    const given = parseQuantity(size).value();
    const limit = given > 0 ? given : Infinity;
    if (emptyDir?.medium === 'Memory') return new Quota(Math.min(limit, MAX_BYTES));
    return this.part(this.volumes, name, limit, `Usage of EmptyDir volume "${name}" exceeds the limit "${size}". `);
  }

  /** The quota of one attempt of a container, whose predecessor's files are gone. */
  container(container: Container | EphemeralContainer): Quota {
    const { name = '' } = container;
    const before = this.containers.get(name);
    before?.quota.charge(-before.quota.usedBytes);
    const size = ('resources' in container ? container.resources.limits?.['ephemeral-storage'] : undefined) ?? '0';
    const given = parseQuantity(size).value();
    const message = `Container ${name} exceeded its local ephemeral storage limit "${size}". `;
    return this.part(this.containers, name, given > 0 ? given : Infinity, message);
  }

  private part(parts: Map<string, Part>, name: string, limit: number, message: string): Quota {
    const quota = new Quota(MAX_BYTES, { soft: { bytes: limit, passed: this.passed }, parent: this.total.quota });
    parts.set(name, { quota, limit, message });
    return quota;
  }

  /** Why the pod is to be evicted, if it uses more than it may now. */
  overuse(): string | undefined {
    const parts = [...this.volumes.values(), this.total, ...this.containers.values()];
    return parts.find(({ quota, limit }) => quota.usedBytes > limit)?.message;
  }
}
