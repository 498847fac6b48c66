import { semanticEqual } from '../../../apimachinery/semantic-equal.js';
import type { Typed } from '../../../client/client.js';
import type { ResourceClaim } from '../../../component-helpers/resource-claims.js';
import type { Node } from '../../../schema/generated/core-v1.js';
import type {
  AllocationResult,
  DeviceAllocationConfiguration,
  DeviceClass,
  DeviceConstraint,
  DeviceRequestAllocationResult,
  DeviceSelector,
  DeviceTaint,
  DeviceToleration,
  ExactDeviceRequest,
} from '../../../schema/generated/resource-v1.js';
import type { PooledDevice } from './pool.js';

export interface Supply {
  /** What the node can use. */
  readonly devices: readonly PooledDevice[];
  /** The ids of devices that claims have already. */
  readonly allocated: ReadonlySet<string>;
  readonly classOf: (name: string) => Typed<DeviceClass> | undefined;
  /** Whether the expression of a selector holds. Throws if it has no value, with `where` it stands first. */
  readonly matches: (expression: string, device: PooledDevice, where: string) => boolean;
}

/** One request with the name that results have for it. */
interface Wanted extends ExactDeviceRequest {
  readonly name: string;
}

interface Chosen {
  readonly wanted: Wanted;
  readonly device: PooledDevice;
}

/**
 * Devices for all requests of some claims on one node, or undefined if there aren't enough (Go:
 * dynamic-resource-allocation/structured). Of the first solution found; shared counters and
 * capacity that is consumed in parts aren't looked at.
 */
export function allocate(node: Typed<Node>, claims: readonly ResourceClaim[], supply: Supply): AllocationResult[] | undefined {
  const taken = new Set<string>();
  const results: AllocationResult[] = [];
  for (const claim of claims) {
    const chosen = new ClaimAllocation(claim, supply, taken).solve();
    if (chosen === undefined) return undefined;
    for (const { device, wanted } of chosen) if (wanted.adminAccess !== true) taken.add(device.id);
    results.push(resultOf(node, claim, chosen, supply));
  }
  return results;
}

/** Looks for devices for one claim, going back where a choice turns out to be wrong. */
class ClaimAllocation {
  private readonly chosen: Chosen[] = [];
  private readonly constraints: readonly DeviceConstraint[];

  constructor(
    private readonly claim: ResourceClaim,
    private readonly supply: Supply,
    private readonly taken: ReadonlySet<string>,
  ) {
    this.constraints = claim.spec.devices.constraints ?? [];
  }

  solve(): readonly Chosen[] | undefined {
    return this.fill(0) ? this.chosen : undefined;
  }

  private fill(index: number): boolean {
    const request = this.claim.spec.devices.requests?.[index];
    if (request === undefined) return true;
    const { name = '', exactly, firstAvailable = [] } = request;
    const alternatives: readonly Wanted[] =
      exactly === undefined ? firstAvailable.map((sub) => ({ ...sub, name: `${name}/${sub.name ?? ''}` })) : [{ ...exactly, name }];
    return alternatives.some((wanted) => this.take(wanted, index));
  }

  private take(wanted: Wanted, index: number): boolean {
    const suitable = this.supply.devices.filter((device) => this.suits(wanted, device));
    if (wanted.allocationMode !== 'All') return this.takeSome(wanted, suitable, wanted.count ?? 1, 0, index);
    if (suitable.length === 0) return false;
    return this.takeSome(wanted, suitable, suitable.length, 0, index);
  }

  private takeSome(wanted: Wanted, suitable: readonly PooledDevice[], count: number, from: number, index: number): boolean {
    if (count === 0) return this.fill(index + 1);
    for (let i = from; i <= suitable.length - count; i++) {
      const device = suitable[i];
      if (device === undefined || !this.isFree(wanted, device) || !this.fitsConstraints(wanted, device)) {
        if (wanted.allocationMode === 'All') return false;
        continue;
      }
      this.chosen.push({ wanted, device });
      if (this.takeSome(wanted, suitable, count - 1, i + 1, index)) return true;
      this.chosen.pop();
    }
    return false;
  }

  private suits({ deviceClassName = '', selectors = [], tolerations = [] }: Wanted, device: PooledDevice): boolean {
    const deviceClass = this.supply.classOf(deviceClassName);
    if (deviceClass === undefined) return false;
    const { namespace = '', name = '' } = this.claim.metadata;
    const hold = (of: readonly DeviceSelector[], where: string): boolean =>
      of.every(
        ({ cel }, i) => cel?.expression === undefined || this.supply.matches(cel.expression, device, `${where}: selector #${String(i)}`),
      );
    if (!hold(deviceClass.spec.selectors ?? [], `class ${deviceClassName}`) || !hold(selectors, `claim ${namespace}/${name}`)) return false;
    return (device.device.taints ?? []).every((taint) => taint.effect === 'None' || isTolerated(taint, tolerations));
  }

  private isFree({ adminAccess = false }: Wanted, { id }: PooledDevice): boolean {
    if (adminAccess) return true;
    return !this.supply.allocated.has(id) && !this.taken.has(id) && !this.chosen.some(({ device }) => device.id === id);
  }

  private fitsConstraints(wanted: Wanted, candidate: PooledDevice): boolean {
    return this.constraints.every(({ requests = [], matchAttribute, distinctAttribute }) => {
      const concerns = ({ name }: Wanted): boolean =>
        requests.length === 0 || requests.includes(name) || requests.includes(name.split('/')[0] ?? '');
      if (!concerns(wanted)) return true;
      const name = matchAttribute ?? distinctAttribute ?? '';
      const value = attributeOf(candidate, name);
      if (value === undefined) return false;
      const others = this.chosen.filter((chosen) => concerns(chosen.wanted)).map(({ device }) => attributeOf(device, name));
      return others.every((other) => semanticEqual(other, value) === (matchAttribute !== undefined));
    });
  }
}

/** A name without a domain is of the driver's own. */
function attributeOf({ driver, device: { attributes = {} } }: PooledDevice, name: string): unknown {
  return attributes[name] ?? (name.startsWith(`${driver}/`) ? attributes[name.slice(driver.length + 1)] : undefined);
}

function isTolerated(taint: DeviceTaint, tolerations: readonly DeviceToleration[]): boolean {
  return tolerations.some(({ key = '', operator = 'Equal', value = '', effect = '' }) => {
    if ((effect !== '' && effect !== taint.effect) || (key !== '' && key !== taint.key)) return false;
    return operator === 'Exists' || value === (taint.value ?? '');
  });
}

function resultOf({ metadata }: Typed<Node>, { spec }: ResourceClaim, chosen: readonly Chosen[], { classOf }: Supply): AllocationResult {
  const results = chosen.map(({ wanted, device }): DeviceRequestAllocationResult => {
    const { adminAccess, tolerations } = wanted;
    return {
      request: wanted.name,
      driver: device.driver,
      pool: device.pool,
      device: device.device.name,
      ...(adminAccess === true ? { adminAccess } : {}),
      ...(tolerations === undefined ? {} : { tolerations }),
    };
  });
  const config = configOf(spec.devices.config ?? [], chosen, classOf);
  const isLocal = chosen.some(({ device }) => device.isLocal);
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [metadata.name ?? ''] }];
  return {
    devices: { results, ...(config.length === 0 ? {} : { config }) },
    ...(isLocal ? { nodeSelector: { nodeSelectorTerms: [{ matchFields }] } } : {}),
  };
}

/** What classes say comes before what the claim says, which outweighs it. */
function configOf(
  own: readonly DeviceAllocationConfiguration[],
  chosen: readonly Chosen[],
  classOf: Supply['classOf'],
): DeviceAllocationConfiguration[] {
  const classes = new Map(chosen.map(({ wanted }) => [wanted.name, wanted.deviceClassName ?? '']));
  const fromClasses = [...classes].flatMap(([request, name]) =>
    (classOf(name)?.spec.config ?? []).map((config) => ({ ...config, source: 'FromClass', requests: [request] })),
  );
  return [...fromClasses, ...own.map((config) => ({ ...config, source: 'FromClaim' }))];
}
