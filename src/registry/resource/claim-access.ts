import { forbidden, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import { nameIsDnsSubdomain } from '../../apimachinery/validation/names.js';
import { resourceAttributes } from '../../auth/authorization/attributes.js';
import { forbidden as forbiddenStatus } from '../../auth/authorization/forbidden.js';
import { parseServiceAccountUsername } from '../../auth/identities.js';
import type { AllocatedDeviceStatus, AllocationResult, ResourceClaimStatus } from '../../schema/generated/resource-v1.js';
import type { BehaviourEnvironment } from '../behaviour.js';
import type { RequestContext } from '../request.js';
import { deviceKey } from './claim-status.js';

const ALLOCATION = FieldPath.of('status', 'allocation');
const DEVICES = FieldPath.of('status', 'devices');
const NODE_NAME_KEY = 'authentication.kubernetes.io/node-name';
const ADMIN_LABEL = 'resource.kubernetes.io/admin-access';

/** Devices of others may only be reached from namespaces that are marked for it (KEP-5018). */
export function adminAccessRefusal(path: FieldPath, namespaceLabels: Readonly<Record<string, string>> | undefined): FieldError[] {
  if (namespaceLabels !== undefined && Object.hasOwn(namespaceLabels, ADMIN_LABEL) && namespaceLabels[ADMIN_LABEL] === 'true') return [];
  return [forbidden(path, `admin access to devices requires the \`${ADMIN_LABEL}: true\` label on the containing namespace`)];
}

/** What was asked and refused, in the words of a 403; undefined if it is allowed. */
function refusal(
  request: { readonly verb: string; readonly subresource: string; readonly namespace: string; readonly name: string },
  { user }: RequestContext,
  environment: BehaviourEnvironment,
): string | undefined {
  const attributes = resourceAttributes(user, { ...request, group: 'resource.k8s.io', version: 'v1', resource: 'resourceclaims' });
  const { decision, reason } = environment.access().authorizer.authorize(attributes);
  return decision === 'allow' ? undefined : forbiddenStatus(attributes, reason).message;
}

/** Allocating and reserving need rights of their own (KEP-4817). */
export function bindingRefusal(
  status: ResourceClaimStatus,
  old: ResourceClaimStatus,
  context: RequestContext,
  environment: BehaviourEnvironment,
): FieldError[] {
  if (semanticEqual(status.allocation, old.allocation) && semanticEqual(status.reservedFor, old.reservedFor)) return [];
  const verb = context.verb ?? 'update';
  const why = refusal({ verb, subresource: 'binding', namespace: '', name: '' }, context, environment);
  if (why === undefined) return [];
  const needed = `changing status.allocation or status.reservedFor requires resource="resourceclaims/binding", verb="${verb}" permission`;
  return [forbidden(ALLOCATION, `${needed}: ${why}`)];
}

/** So does telling the state of a driver's devices, of those on one's own node or of any. */
export function deviceStatusRefusals(
  status: ResourceClaimStatus,
  old: ResourceClaimStatus,
  context: RequestContext,
  environment: BehaviourEnvironment,
): FieldError[] {
  if (status.allocation === undefined) return [];
  const verb = context.verb ?? 'update';
  const verbs = isOnNode(context, allocatedNode(status.allocation))
    ? [`associated-node:${verb}`, `arbitrary-node:${verb}`]
    : [`arbitrary-node:${verb}`];
  return changedDrivers(status.devices ?? [], old.devices ?? []).flatMap((name) => {
    let first: string | undefined;
    for (const one of verbs) {
      const why = refusal({ verb: one, subresource: 'driver', namespace: context.namespace, name }, context, environment);
      if (why === undefined) return [];
      first ??= why;
    }
    const needed = `changing status.devices requires resource="resourceclaims/driver", verb="[${verbs.join(' ')}]" permission`;
    return [forbidden(DEVICES, `${needed}: ${first ?? ''}`)];
  });
}

function changedDrivers(devices: readonly AllocatedDeviceStatus[], old: readonly AllocatedDeviceStatus[]): string[] {
  const before = new Map(old.map((device) => [deviceKey(device), device]));
  const drivers = new Set<string>();
  for (const device of devices) {
    const key = deviceKey(device);
    if (!semanticEqual(before.get(key), device)) drivers.add(device.driver ?? '');
    before.delete(key);
  }
  for (const { driver = '' } of before.values()) drivers.add(driver);
  return [...drivers].sort();
}

/** The node whose name alone the allocation selects. */
function allocatedNode({ nodeSelector }: AllocationResult): string {
  const [term, ...others] = nodeSelector?.nodeSelectorTerms ?? [];
  const [field, ...fields] = term?.matchFields ?? [];
  if (field === undefined || others.length > 0 || fields.length > 0 || (term?.matchExpressions?.length ?? 0) > 0) return '';
  const [value, ...values] = field.values ?? [];
  return field.key === 'metadata.name' && field.operator === 'In' && values.length === 0 ? (value ?? '') : '';
}

function isOnNode({ user }: RequestContext, node: string): boolean {
  if (node === '' || parseServiceAccountUsername(user.name) === undefined) return false;
  const names = user.extra[NODE_NAME_KEY] ?? [];
  return names.length === 1 && names[0] === node && nameIsDnsSubdomain(node, false).length === 0;
}
