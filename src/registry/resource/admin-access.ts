import { FieldPath } from '../../apimachinery/field-path.js';
import type { ResourceClaimSpec } from '../../schema/generated/resource-v1.js';
import type { BehaviourEnvironment } from '../behaviour.js';
import { NOTHING_RESERVED } from '../cel.js';
import type { Finish } from '../strategy.js';

const REQUESTS = FieldPath.of('spec', 'devices', 'requests');

/** Where a claim first asks for devices that others use; the real server leaves `exactly` out. */
export function adminPathOf({ devices }: ResourceClaimSpec): FieldPath | undefined {
  const first = (devices.requests ?? []).findIndex(({ exactly }) => exactly?.adminAccess === true);
  return first === -1 ? undefined : REQUESTS.index(first).child('adminAccess');
}

/** Labels of namespaces, read before validation, which can't wait for them. */
export class NamespaceLabels {
  private readonly known = new WeakMap<object, Readonly<Record<string, string>>>();

  constructor(private readonly environment: BehaviourEnvironment) {}

  /** A begin hook: reads the namespace's labels if they are needed. */
  read(object: object, needed: boolean, namespace: string): Promise<Finish> | Finish {
    return needed ? this.fetch(object, namespace) : NOTHING_RESERVED;
  }

  of(object: object): Readonly<Record<string, string>> | undefined {
    return this.known.get(object);
  }

  private async fetch(object: object, namespace: string): Promise<Finish> {
    const stored = await this.environment.store({ group: '', resource: 'namespaces' })?.find('', namespace);
    if (stored !== undefined) this.known.set(object, stored.value.metadata.labels ?? {});
    return NOTHING_RESERVED;
  }
}
