import { parseAddress, parseNetwork, networkContains } from '../../apimachinery/ip.js';
import { isStatus } from '../../apimachinery/status.js';
import { formatTime, parseTime } from '../../apimachinery/time.js';
import type { KubeObject, Typed } from '../../client/client.js';
import type { ComponentContext } from '../../client/component-context.js';
import type { Informer } from '../../client/informer.js';
import { IP_ADDRESSES, SERVICE_CIDRS } from '../../component-helpers/resources.js';
import type { ServiceCIDR as ServiceCIDRType } from '../../schema/generated/networking-v1.js';
import type { ControllerDescriptor } from '../descriptor.js';

type ServiceCIDR = Typed<ServiceCIDRType>;

const NAME = 'service-cidr-controller';
const FINALIZER = 'networking.k8s.io/service-cidr-finalizer';
const MANAGED_BY = 'ipaddress.kubernetes.io/managed-by';
const ALLOCATOR = 'ipallocator.k8s.io';
/** Milliseconds for which allocators may not have heard that a range is going. */
const DELETION_GRACE = 10_000;

interface Condition {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

const READY: Condition = { status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' };
const TERMINATING: Condition = {
  status: 'False',
  reason: 'Terminating',
  message: 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
};

/** Says of ranges of service addresses whether they are ready, and lets them go when nobody has an address of theirs (KEP-1880; Go: servicecidrs.Controller). */
export const serviceCidrController: ControllerDescriptor = {
  name: NAME,
  serviceAccount: 'service-cidrs-controller',
  start(context) {
    const controller = new ServiceCidrs(context);
    const queue = context.queue((name) => controller.sync(name, (delay) => queue.addAfter(name, delay)));
    const enqueueAll = (): void => {
      for (const { metadata } of controller.cidrs.list()) queue.add(metadata.name ?? '');
    };
    controller.cidrs.addHandler({ added: enqueueAll, updated: ({ metadata }) => queue.add(metadata.name ?? ''), deleted: enqueueAll });
    controller.addresses.addHandler({
      deleted: () => {
        for (const { metadata } of controller.cidrs.list()) if (metadata.deletionTimestamp !== undefined) queue.add(metadata.name ?? '');
      },
    });
  },
};

class ServiceCidrs {
  readonly cidrs: Informer<ServiceCIDR>;
  readonly addresses: Informer;

  constructor(private readonly context: ComponentContext) {
    this.cidrs = context.informers.of<ServiceCIDR>(SERVICE_CIDRS);
    this.addresses = context.informers.of(IP_ADDRESSES);
  }

  async sync(name: string, again: (delay: number) => void): Promise<void> {
    const cidr = this.cidrs.get('', name);
    if (cidr === undefined) return;
    const { deletionTimestamp, finalizers = [] } = cidr.metadata;
    if (deletionTimestamp === undefined) {
      if (!finalizers.includes(FINALIZER)) await this.patchFinalizers(name, { finalizers: [FINALIZER] });
      await this.tell(cidr, READY);
      return;
    }
    if (!this.mayGo(cidr)) {
      await this.tell(cidr, TERMINATING);
      return;
    }
    const left = parseTime(deletionTimestamp) + DELETION_GRACE - this.context.clock.now();
    if (left > 0) again(left);
    else if (finalizers.includes(FINALIZER)) await this.patchFinalizers(name, { '$deleteFromPrimitiveList/finalizers': [FINALIZER] });
  }

  /** Whether another range holds all its addresses, or none is in use that only it holds. */
  private mayGo(cidr: ServiceCIDR): boolean {
    const others = this.cidrs.list().filter(({ metadata }) => metadata.name !== cidr.metadata.name);
    const isHeld = (address: string, by: readonly ServiceCIDR[]): boolean => by.some((other) => holds(other, address));
    const bases = (cidr.spec.cidrs ?? []).map((range) => range.split('/') as [string, string]);
    const hasParent = bases.every(([base, bits]) =>
      others.some((other) =>
        (other.spec.cidrs ?? []).some((range) => contains(range, base) && Number(range.split('/')[1]) <= Number(bits)),
      ),
    );
    if (hasParent) return true;
    return !this.addresses
      .list()
      .some(({ metadata: { name = '', labels } }) => labels?.[MANAGED_BY] === ALLOCATOR && holds(cidr, name) && !isHeld(name, others));
  }

  private async patchFinalizers(name: string, metadata: object): Promise<void> {
    try {
      await this.context.client.patch({ resource: SERVICE_CIDRS }, name, 'strategic', { metadata });
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
  }

  private async tell({ metadata: { name = '' }, status }: ServiceCIDR, condition: Condition): Promise<void> {
    const current = status?.conditions?.find(({ type }) => type === 'Ready');
    const isSaid =
      current?.status === condition.status && (current.reason ?? '') === condition.reason && current.message === condition.message;
    if (isSaid) return;
    const lastTransitionTime = formatTime(this.context.clock.now());
    const applied: KubeObject = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'ServiceCIDR',
      metadata: { name },
      status: { conditions: [{ type: 'Ready', ...condition, lastTransitionTime }] },
    };
    const target = { resource: SERVICE_CIDRS, subresource: 'status' };
    await this.context.client.patch(target, name, 'apply', applied, { fieldManager: NAME, force: true });
  }
}

function contains(range: string, address: string): boolean {
  const network = parseNetwork(range);
  const parsed = parseAddress(address);
  return network !== undefined && parsed !== undefined && networkContains(network, parsed);
}

function holds({ spec }: ServiceCIDR, address: string): boolean {
  return (spec.cidrs ?? []).some((range) => contains(range, address));
}
