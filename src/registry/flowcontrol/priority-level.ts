import { forbidden, invalid, NamedString, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import { nameIsDnsSubdomain } from '../../apimachinery/validation/names.js';
import type {
  ExemptPriorityLevelConfiguration,
  LimitedPriorityLevelConfiguration,
  LimitResponse,
  PriorityLevelConfiguration,
  PriorityLevelConfigurationSpec,
  QueuingConfiguration,
} from '../../schema/generated/flowcontrol-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { metadataErrors } from '../core/metadata.js';
import { unsupported } from '../core/pod-spec/checks.js';
import { goValue } from '../go-value.js';
import { typed, type KubeObject, type Typed } from '../object.js';
import { refined, specStatus } from '../spec-status.js';
import { conditionErrors } from './conditions.js';
import { PRIORITY_LEVEL_SPEC } from './go-specs.js';
import { mandatorySpec } from './mandatory.js';

const SPEC = FieldPath.of('spec');
const ANNOTATIONS = FieldPath.of('metadata', 'annotations');
/** How v1beta3 kept zero shares; it is of that version only. */
const ZERO_SHARES = 'flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares';
const TYPES: ReadonlySet<string> = new Set(['Exempt', 'Limited']);
const RESPONSES: ReadonlySet<string> = new Set(['Queue', 'Reject']);
const EXEMPT = 'exempt';
const MAX_QUEUES = 10_000_000;
const MAX_ENTROPY_BITS = 60;
const NON_NEGATIVE = 'must be a non-negative integer';

const DEFAULTS = { shares: 30, handSize: 8, queues: 64, queueLengthLimit: 50 } as const;

function levelErrors({ metadata, spec, status }: Typed<PriorityLevelConfiguration>): FieldError[] {
  const errors = metadataErrors(metadata, false, nameIsDnsSubdomain);
  if (Object.hasOwn(metadata.annotations ?? {}, ZERO_SHARES))
    errors.push(forbidden(ANNOTATIONS, `annotation '${ZERO_SHARES}' is forbidden`));
  checkSpec(metadata.name ?? '', spec, errors);
  checkMandatory(metadata.name ?? '', spec, errors);
  errors.push(...conditionErrors(status));
  return errors;
}

/** Of the exempt level, what exempts it may change. */
function checkMandatory(name: string, spec: PriorityLevelConfigurationSpec, errors: FieldError[]): void {
  const wanted = mandatorySpec('PriorityLevelConfiguration', name);
  if (wanted === undefined) return;
  const printed = goValue(spec, PRIORITY_LEVEL_SPEC);
  const fixed = goValue(wanted, PRIORITY_LEVEL_SPEC);
  const strip = (value: unknown): unknown => (name === EXEMPT ? { ...(value as object), Exempt: null } : value);
  if (semanticEqual(strip(printed), strip(fixed))) return;
  const what = name === EXEMPT ? " except the 'spec.exempt' field" : '';
  errors.push(invalid(SPEC, printed, `spec of '${name}'${what} must equal the fixed value`));
}

function checkSpec(name: string, { type = '', limited, exempt }: PriorityLevelConfigurationSpec, errors: FieldError[]): void {
  if ((name === EXEMPT) !== (type === 'Exempt')) {
    errors.push(invalid(SPEC.child('type'), new NamedString(type), "must be 'Exempt' if and only if `name` is 'exempt'"));
  }
  if (type === 'Exempt') {
    if (limited !== undefined) errors.push(forbidden(SPEC.child('limited'), 'must be nil if the type is not Limited'));
    if (exempt !== undefined) checkExempt(exempt, SPEC.child('exempt'), errors);
  } else if (type === 'Limited') {
    if (exempt !== undefined) errors.push(forbidden(SPEC.child('exempt'), 'must be nil if the type is Limited'));
    if (limited === undefined) errors.push(required(SPEC.child('limited'), 'must not be empty when type is Limited'));
    else checkLimited(limited, SPEC.child('limited'), errors);
  } else errors.push(unsupported(SPEC.child('type'), type, TYPES));
}

function checkLendable(percent: number | undefined, path: FieldPath, errors: FieldError[]): void {
  if (percent !== undefined && (percent < 0 || percent > 100)) {
    errors.push(invalid(path.child('lendablePercent'), percent, 'must be between 0 and 100, inclusive'));
  }
}

function checkExempt(
  { nominalConcurrencyShares: shares, lendablePercent }: ExemptPriorityLevelConfiguration,
  path: FieldPath,
  errors: FieldError[],
): void {
  if (shares !== undefined && shares < 0) errors.push(invalid(path.child('nominalConcurrencyShares'), shares, NON_NEGATIVE));
  checkLendable(lendablePercent, path, errors);
}

function checkLimited(limited: LimitedPriorityLevelConfiguration, path: FieldPath, errors: FieldError[]): void {
  const { nominalConcurrencyShares, limitResponse, lendablePercent, borrowingLimitPercent: borrowing } = limited;
  const shares = nominalConcurrencyShares ?? 0;
  if (shares < 0) errors.push(invalid(path.child('nominalConcurrencyShares'), shares, NON_NEGATIVE));
  checkResponse(limitResponse, path.child('limitResponse'), errors);
  checkLendable(lendablePercent, path, errors);
  if (borrowing !== undefined && borrowing < 0) {
    errors.push(invalid(path.child('borrowingLimitPercent'), borrowing, `if specified, ${NON_NEGATIVE}`));
  }
}

function checkResponse({ type = '', queuing }: LimitResponse, path: FieldPath, errors: FieldError[]): void {
  const at = path.child('queuing');
  if (type === 'Reject') {
    if (queuing !== undefined) errors.push(forbidden(at, 'must be nil if limited.limitResponse.type is not Limited'));
  } else if (type === 'Queue') {
    if (queuing === undefined) errors.push(required(at, 'must not be empty if limited.limitResponse.type is Limited'));
    else checkQueuing(queuing, at, errors);
  } else errors.push(unsupported(path.child('type'), type, RESPONSES));
}

function checkQueuing(
  { queues = 0, handSize = 0, queueLengthLimit = 0 }: QueuingConfiguration,
  path: FieldPath,
  errors: FieldError[],
): void {
  if (queueLengthLimit <= 0) errors.push(invalid(path.child('queueLengthLimit'), queueLengthLimit, 'must be positive'));
  if (queues <= 0) errors.push(invalid(path.child('queues'), queues, 'must be positive'));
  else if (queues > MAX_QUEUES) errors.push(invalid(path.child('queues'), queues, `must not be greater than ${String(MAX_QUEUES)}`));
  const fault = handFault(queues, handSize);
  if (fault !== undefined) errors.push(invalid(path.child('handSize'), handSize, fault));
}

function handFault(queues: number, handSize: number): string | undefined {
  if (handSize <= 0) return 'must be positive';
  if (handSize > queues) return `should not be greater than queues (${String(queues)})`;
  // Shuffle sharding draws a hand from a hash of that many bits.
  const entropy = Math.ceil(Math.log2(queues) * handSize);
  if (entropy <= MAX_ENTROPY_BITS) return undefined;
  return `required entropy bits of deckSize ${String(queues)} and handSize ${String(handSize)} should not be greater than ${String(MAX_ENTROPY_BITS)}`;
}

function defaultLevel(object: KubeObject): void {
  const { limited, exempt } = typed<PriorityLevelConfiguration>(object).spec;
  if (limited !== undefined) {
    limited.nominalConcurrencyShares ??= DEFAULTS.shares;
    limited.lendablePercent ??= 0;
    const { queuing } = limited.limitResponse;
    if (queuing !== undefined) {
      queuing.handSize ||= DEFAULTS.handSize;
      queuing.queues ||= DEFAULTS.queues;
      queuing.queueLengthLimit ||= DEFAULTS.queueLengthLimit;
    }
  }
  if (exempt !== undefined) {
    exempt.nominalConcurrencyShares ??= 0;
    exempt.lendablePercent ??= 0;
  }
}

/** flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration. Updates are checked as creations are. */
export const priorityLevels: BehaviourFactory = () => {
  const { main, status } = specStatus({ generation: true, statusKeepsMetadata: true });
  return {
    strategy: refined<Typed<PriorityLevelConfiguration>>(main, {
      validatesMetadata: true,
      validate: levelErrors,
      validateUpdate: levelErrors,
    }),
    status: refined<Typed<PriorityLevelConfiguration>>(status, {
      validatesMetadata: true,
      validateUpdate: (object) => conditionErrors(object.status),
    }),
    defaults: defaultLevel,
  };
};
