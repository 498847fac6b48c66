import type { Clock } from '../../apimachinery/clock.js';
import { formatTime } from '../../apimachinery/time.js';
import type { UserInfo } from '../../apimachinery/user-info.js';
import { nameIsPathSegment } from '../../apimachinery/validation/names.js';
import { sortKeys } from '../../schema/sort-keys.js';
import type { BehaviourFactory } from '../behaviour.js';
import { fieldAt } from '../matcher.js';
import { keepField } from '../spec-status.js';
import { strategyFor, type Strategy } from '../strategy.js';
import { validateRequest, validateRequestUpdate, type Request } from './validation.js';

type Conditions = NonNullable<Request['status']['conditions']>;

/** A request says who made it; what clients write there counts for nothing. */
function describeRequester(spec: Request['spec'], { name, uid, groups, extra }: UserInfo): void {
  for (const field of ['username', 'uid', 'groups', 'extra'] as const) delete spec[field];
  if (name !== '') spec.username = name;
  if (uid !== '') spec.uid = uid;
  if (groups.length > 0) spec.groups = [...groups];
  const entries = Object.entries(extra);
  if (entries.length > 0) spec.extra = sortKeys(Object.fromEntries(entries.map(([key, values]) => [key, [...values]])));
}

/** Times that are missing are now; a condition that was there keeps the time of its transition. */
function fillTimes(conditions: Conditions, old: Conditions, clock: Clock): void {
  const now = formatTime(clock.now());
  for (const condition of conditions) {
    condition.lastUpdateTime ??= now;
    const former = old.find(
      ({ type, status, lastTransitionTime }) => type === condition.type && status === condition.status && lastTransitionTime,
    );
    condition.lastTransitionTime ??= former?.lastTransitionTime ?? now;
  }
}

/** Approvals are not for /status: as long as their number stays, they stay as they were. */
function keepApprovals(conditions: Conditions, old: Conditions): void {
  for (const kind of ['Approved', 'Denied']) {
    const before = old.filter(({ type }) => type === kind);
    const places = conditions.flatMap(({ type }, i) => (type === kind ? [i] : []));
    if (places.length !== before.length) continue;
    places.forEach((place, i) => {
      const condition = before[i];
      if (condition !== undefined) conditions[place] = { ...condition };
    });
  }
}

/** certificates.k8s.io/v1 CertificateSigningRequest. */
export const certificateSigningRequests: BehaviourFactory = ({ clock }) => {
  // Any name will do that a URL can hold, and it isn't checked until all else is.
  const shared: Strategy<Request> = { validateName: nameIsPathSegment, validatesMetadata: true };
  const main: Strategy<Request> = {
    ...shared,
    prepareForCreate(request, { user }) {
      describeRequester(request.spec, user);
      request.status = {};
    },
    prepareForUpdate(request, old) {
      keepField(request, old, 'spec');
      keepField(request, old, 'status');
    },
    validate: validateRequest,
    validateUpdate: validateRequestUpdate({ approval: false, certificate: false }),
    resetFields: [['spec'], ['status']],
  };
  const status: Strategy<Request> = {
    ...shared,
    prepareForUpdate(request, old) {
      keepField(request, old, 'spec');
      const { conditions = [] } = request.status;
      keepApprovals(conditions, old.status.conditions ?? []);
      fillTimes(conditions, old.status.conditions ?? [], clock);
    },
    validateUpdate: validateRequestUpdate({ approval: false, certificate: true }),
    resetFields: [['spec'], ['status', 'conditions']],
  };
  const approval: Strategy<Request> = {
    ...shared,
    prepareForUpdate(request, old) {
      const { conditions } = request.status;
      fillTimes(conditions ?? [], old.status.conditions ?? [], clock);
      keepField(request, old, 'spec');
      request.status = conditions === undefined ? {} : { conditions };
      if (old.status.certificate !== undefined) request.status.certificate = old.status.certificate;
    },
    validateUpdate: validateRequestUpdate({ approval: true, certificate: false }),
    resetFields: [['spec'], ['status', 'certificate']],
  };
  return {
    strategy: strategyFor(main),
    status: strategyFor(status),
    views: { approval: strategyFor(approval) },
    fieldLabels: { 'spec.signerName': fieldAt('spec.signerName') },
    namespaceFieldLabel: false,
  };
};
