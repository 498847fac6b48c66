import { parseQuantityJson } from '../../apimachinery/quantity.js';
import type { Device, DeviceAttribute } from '../../schema/generated/resource-v1.js';
import type { Program } from '../environment.js';
import { QuantityValue } from '../library/quantity.js';
import { parseSemver } from '../library/semver.js';
import { ValueList, ValueMap } from '../values/collections.js';
import { CelError, CelMap, type CelValue } from '../values/value.js';
import { deviceEnvironment } from './device-selector.js';

/** The expression of a device selector, made ready for many devices (Go: dynamic-resource-allocation/cel.CompilationResult). */
export class DeviceMatcher {
  private readonly program: Program | undefined;
  private readonly issues: string;

  constructor(expression: string) {
    const { program, issues = '' } = deviceEnvironment().compile(expression);
    this.program = program;
    this.issues = issues;
  }

  /** Whether the expression holds for a device of a driver; the text of an error if it has no value. */
  matches(driver: string, device: Device): boolean | string {
    if (this.program === undefined) return this.issues;
    const value = valueOf(driver, device);
    const outcome = this.program.evaluate((name) => (name === 'device' ? value : undefined));
    if (outcome.value instanceof CelError) return outcome.value.message;
    return typeof outcome.value === 'boolean' ? outcome.value : 'type conversion error from result to bool';
  }
}

function valueOf(driver: string, { attributes = {}, capacity = {}, allowMultipleAllocations = false }: Device): CelValue {
  const capacities = Object.entries(capacity).map(
    ([name, { value = '0' }]) => [name, new QuantityValue(parseQuantityJson(value))] as const,
  );
  return ValueMap.ofObject({
    driver,
    attributes: byDomain(
      driver,
      Object.entries(attributes).map(([name, attribute]) => [name, attributeValue(attribute)]),
    ),
    capacity: byDomain(driver, capacities),
    allowMultipleAllocations,
  });
}

function attributeValue(attribute: DeviceAttribute): CelValue {
  const { int, bool, string, version, ints, bools, strings, versions } = attribute;
  if (int !== undefined) return BigInt(int);
  if (bool !== undefined) return bool;
  if (string !== undefined) return string;
  if (version !== undefined) return parseSemver(version);
  if (ints !== undefined) return new ValueList(ints.map((item) => BigInt(item)));
  return new ValueList([...(bools ?? strings ?? (versions ?? []).map(parseSemver))]);
}

/** Names without a domain are of the driver's own. */
function byDomain(driver: string, entries: readonly (readonly [string, CelValue])[]): Domains {
  const domains = new Map<string, [string, CelValue][]>();
  for (const [name, value] of entries) {
    const slash = name.indexOf('/');
    const domain = slash === -1 ? driver : name.slice(0, slash);
    const list = domains.get(domain) ?? [];
    domains.set(domain, list);
    list.push([name.slice(slash + 1), value]);
  }
  return new Domains(new Map(Array.from(domains, ([domain, values]) => [domain, ValueMap.of(values)])));
}

/** A domain that the device has nothing of is empty, not an error. */
class Domains extends CelMap {
  constructor(private readonly domains: ReadonlyMap<string, ValueMap>) {
    super();
  }

  get size(): number {
    return this.domains.size;
  }

  find(key: CelValue): CelValue | undefined {
    return typeof key === 'string' ? (this.domains.get(key) ?? ValueMap.empty()) : undefined;
  }

  keys(): readonly CelValue[] {
    return [...this.domains.keys()];
  }
}
