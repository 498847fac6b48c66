import type { FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { nameIsDnsSubdomain } from '../../apimachinery/validation/names.js';
import type { ResourceClaim, ResourceClaimSpec, ResourceClaimStatus } from '../../schema/generated/resource-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { readyCel } from '../cel.js';
import { kubeFinalizerErrors } from '../core/finalizers.js';
import { metadataErrors, metadataUpdateErrors } from '../core/metadata.js';
import { validateImmutablePrinted } from '../immutable.js';
import { typed, type Typed } from '../object.js';
import { refined, specStatus } from '../spec-status.js';
import { adminPathOf, NamespaceLabels } from './admin-access.js';
import { adminAccessRefusal, bindingRefusal, deviceStatusRefusals } from './claim-access.js';
import { checkClaimSpec, defaultClaimSpec, hasSelectors } from './claim-spec.js';
import { claimStatusErrors, deviceKey } from './claim-status.js';
import { goResource } from './go-structs.js';

type Claim = Typed<ResourceClaim>;

const SPEC = FieldPath.of('spec');
const RESULTS = FieldPath.of('status', 'allocation', 'devices', 'results');

function printed(spec: ResourceClaimSpec): unknown {
  return goResource.print('ResourceClaimSpec', spec);
}

/** Where a result first has access to a device that others use. */
function grantedPath({ allocation }: ResourceClaimStatus): FieldPath | undefined {
  const first = (allocation?.devices.results ?? []).findIndex(({ adminAccess }) => adminAccess === true);
  return first === -1 ? undefined : RESULTS.index(first).child('adminAccess');
}

/** What a status tells of devices that are no longer allocated goes with them. */
function dropDeallocated(status: ResourceClaimStatus, old: ResourceClaimStatus): void {
  if (status.devices === undefined) return;
  const gone = new Set((old.allocation?.devices.results ?? []).map(deviceKey));
  for (const result of status.allocation?.devices.results ?? []) gone.delete(deviceKey(result));
  const kept = status.devices.filter((device) => !gone.has(deviceKey(device)));
  if (kept.length === 0) delete status.devices;
  else status.devices = kept;
}

/** resource.k8s.io/v1 ResourceClaim. */
export const resourceClaims: BehaviourFactory = (environment) => {
  const { main, status } = specStatus({ statusKeepsMetadata: true });
  const namespaces = new NamespaceLabels(environment);
  const claimErrors = (claim: Claim): FieldError[] => {
    const errors = metadataErrors(claim.metadata, true, nameIsDnsSubdomain);
    checkClaimSpec(claim.spec, SPEC, errors);
    return errors;
  };
  return {
    strategy: refined<Claim>(main, {
      validatesMetadata: true,
      async beginCreate(claim, { namespace }) {
        await readyCel(hasSelectors(claim.spec));
        return namespaces.read(claim, adminPathOf(claim.spec) !== undefined, namespace);
      },
      validate(claim) {
        const path = adminPathOf(claim.spec);
        const refusals = path === undefined ? [] : adminAccessRefusal(path, namespaces.of(claim));
        return [...refusals, ...claimErrors(claim)];
      },
      validateUpdate: ({ metadata, spec }, old) => [
        ...metadataErrors(metadata, true, nameIsDnsSubdomain),
        ...metadataUpdateErrors(metadata, old.metadata),
        ...validateImmutablePrinted(printed(spec), printed(old.spec), SPEC),
      ],
    }),
    status: refined<Claim>(status, {
      beginUpdate: (claim, _old, { namespace }) => namespaces.read(claim, grantedPath(claim.status) !== undefined, namespace),
      prepareForUpdate(claim, old, request) {
        status.prepareForUpdate?.(claim, old, request);
        dropDeallocated(claim.status, old.status);
      },
      validateUpdate(claim, old, request) {
        const path = grantedPath(old.status) === undefined ? grantedPath(claim.status) : undefined;
        return [
          ...kubeFinalizerErrors(claim.metadata),
          ...(path === undefined ? [] : adminAccessRefusal(path, namespaces.of(claim))),
          ...bindingRefusal(claim.status, old.status, request, environment),
          ...deviceStatusRefusals(claim.status, old.status, request, environment),
          ...claimStatusErrors(claim, old.status),
        ];
      },
    }),
    returnsDeleted: true,
    defaults(object) {
      const claim = typed<ResourceClaim>(object);
      defaultClaimSpec(claim.spec);
      for (const { tolerations } of claim.status.allocation?.devices.results ?? []) {
        for (const toleration of tolerations ?? []) toleration.operator ||= 'Equal';
      }
    },
  };
};
