import { duplicate, invalid, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import { validateImmutableField } from '../../apimachinery/validation/object-meta.js';
import type { CSIDriver, CSIDriverSpec, TokenRequest } from '../../schema/generated/storage-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { kubeFinalizerErrors } from '../core/finalizers.js';
import { unsupported } from '../core/pod-spec/checks.js';
import { typed, type KubeObject, type Typed } from '../object.js';
import { refined, specStatus } from '../spec-status.js';

const SPEC = FieldPath.of('spec');
// The real server names it so.
const ATTACH_REQUIRED = SPEC.child('attachedRequired');
const LIFECYCLE_MODES = SPEC.child('volumeLifecycleModes');
const FS_GROUP_POLICIES: ReadonlySet<string> = new Set(['ReadWriteOnceWithFSType', 'File', 'None']);
const MODES: readonly string[] = ['Persistent', 'Ephemeral'];
const MIN_UPDATE_PERIOD = 10;
const MIN_EXPIRATION = 600;
const MAX_EXPIRATION = 2 ** 32;
const TOKENS_IN_SECRETS =
  'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes';

function specErrors(spec: CSIDriverSpec): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.attachRequired === undefined) errors.push(required(ATTACH_REQUIRED));
  for (const name of ['podInfoOnMount', 'storageCapacity'] as const) if (spec[name] === undefined) errors.push(required(SPEC.child(name)));
  const { fsGroupPolicy, nodeAllocatableUpdatePeriodSeconds: period, serviceAccountTokenInSecrets: inSecrets, tokenRequests = [] } = spec;
  if (fsGroupPolicy !== undefined && !FS_GROUP_POLICIES.has(fsGroupPolicy)) {
    errors.push(unsupported(SPEC.child('fsGroupPolicy'), fsGroupPolicy, FS_GROUP_POLICIES));
  }
  checkTokenRequests(tokenRequests, SPEC.child('tokenRequests'), errors);
  for (const mode of spec.volumeLifecycleModes ?? []) if (!MODES.includes(mode)) errors.push(unsupported(LIFECYCLE_MODES, mode, MODES));
  if (spec.seLinuxMount === undefined) errors.push(required(SPEC.child('seLinuxMount')));
  if (period !== undefined && period < MIN_UPDATE_PERIOD) {
    errors.push(invalid(SPEC.child('nodeAllocatableUpdatePeriodSeconds'), period, 'must be greater than or equal to 10 seconds'));
  }
  if (inSecrets !== undefined && tokenRequests.length === 0) {
    const path = SPEC.child('serviceAccountTokenInSecrets');
    errors.push(invalid(path, inSecrets, 'serviceAccountTokenInSecrets is set but no tokenRequests are specified'));
  }
  return errors;
}

function checkTokenRequests(requests: readonly TokenRequest[], path: FieldPath, errors: FieldError[]): void {
  const audiences = new Set<string>();
  requests.forEach(({ audience = '', expirationSeconds: seconds }, i) => {
    if (audiences.has(audience)) {
      errors.push(duplicate(path.index(i).child('audience'), audience));
      return;
    }
    audiences.add(audience);
    const at = path.index(i).child('expirationSeconds');
    if (seconds === undefined) return;
    if (seconds < MIN_EXPIRATION) errors.push(invalid(at, seconds, 'may not specify a duration less than 10 minutes'));
    if (seconds > MAX_EXPIRATION) errors.push(invalid(at, seconds, 'may not specify a duration larger than 2^32 seconds'));
  });
}

function warnings({ tokenRequests = [], serviceAccountTokenInSecrets }: CSIDriverSpec): string[] {
  return tokenRequests.length > 0 && serviceAccountTokenInSecrets === undefined ? [TOKENS_IN_SECRETS] : [];
}

function defaultCsiDriver(object: KubeObject): void {
  const { spec } = typed<CSIDriver>(object);
  spec.attachRequired ??= true;
  spec.podInfoOnMount ??= false;
  spec.storageCapacity ??= false;
  spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType';
  if ((spec.volumeLifecycleModes?.length ?? 0) === 0) spec.volumeLifecycleModes = ['Persistent'];
  spec.requiresRepublish ??= false;
  spec.seLinuxMount ??= false;
}

/** storage.k8s.io/v1 CSIDriver. A new one has no generation: the real server only counts changes. */
export const csiDrivers: BehaviourFactory = () => {
  const { main } = specStatus({ generation: true, status: false });
  return {
    strategy: refined<Typed<CSIDriver>>(main, {
      allowUnconditionalUpdate: false,
      prepareForCreate({ spec }) {
        // Behind a feature gate that is off (VolumeLimitScaling, KEP-5030).
        delete spec.preventPodSchedulingIfMissing;
      },
      prepareForUpdate(object, old, context) {
        if (old.spec.preventPodSchedulingIfMissing === undefined) delete object.spec.preventPodSchedulingIfMissing;
        main.prepareForUpdate?.(object, old, context);
      },
      validate: ({ metadata, spec }) => [...kubeFinalizerErrors(metadata), ...specErrors(spec)],
      validateUpdate: ({ metadata, spec }, old) => [
        ...kubeFinalizerErrors(metadata),
        ...specErrors(spec),
        ...validateImmutableField(spec.attachRequired ?? null, old.spec.attachRequired ?? null, ATTACH_REQUIRED),
        ...validateImmutableField(spec.volumeLifecycleModes, old.spec.volumeLifecycleModes, LIFECYCLE_MODES),
      ],
      warningsOnCreate: ({ spec }) => warnings(spec),
      warningsOnUpdate: ({ spec }, old) => (semanticEqual(spec.tokenRequests, old.spec.tokenRequests) ? [] : warnings(spec)),
    }),
    returnsDeleted: true,
    defaults: defaultCsiDriver,
  };
};
