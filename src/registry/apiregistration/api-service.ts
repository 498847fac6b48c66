import { goQuote, invalid, notSupported, NamedString, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { formatTime } from '../../apimachinery/time.js';
import { isDns1035Label } from '../../apimachinery/validation/dns.js';
import { isValidPortNum } from '../../apimachinery/validation/identifiers.js';
import { validateObjectMeta, validateObjectMetaUpdate } from '../../apimachinery/validation/object-meta.js';
import { isPathSegmentName } from '../../apimachinery/validation/paths.js';
import type { APIService, APIServiceCondition, APIServiceSpec, ServiceReference } from '../../schema/generated/apiregistration-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { addMessages, checkDnsSubdomain, checkPresent } from '../core/pod-spec/checks.js';
import { typed, type Typed } from '../object.js';
import { refined, specStatus } from '../spec-status.js';

const METADATA = FieldPath.of('metadata');
const SPEC = FieldPath.of('spec');
const CONDITIONS = FieldPath.of('status', 'conditions');
const STATUSES: readonly string[] = ['True', 'False', 'Unknown'];
const MAX_GROUP_PRIORITY = 20_000;
const MAX_VERSION_PRIORITY = 1000;
const HTTPS = 443;

/** `<version>.<group>`; the core group's is empty. */
function nameOf({ version = '', group = '' }: APIServiceSpec): string {
  return `${version}.${group}`;
}

function nameErrors(spec: APIServiceSpec, name: string): string[] {
  const messages = isPathSegmentName(name);
  if (messages.length > 0) return messages;
  const wanted = nameOf(spec);
  return name === wanted ? [] : [`must be \`spec.version+"."+spec.group\`: ${goQuote(wanted)}`];
}

function serviceErrors({ metadata, spec }: Typed<APIService>): FieldError[] {
  const errors = validateObjectMeta(metadata, false, (name) => nameErrors(spec, name), METADATA);
  const { group = '', version = '', groupPriorityMinimum: groupPriority = 0, versionPriority = 0, service } = spec;
  if (group === '' && version !== 'v1')
    errors.push(required(SPEC.child('group'), 'only v1 may have an empty group and it better be legacy kube'));
  if (group !== '') checkDnsSubdomain(group, SPEC.child('group'), errors);
  addMessages(SPEC.child('version'), version, isDns1035Label(version), errors);
  if (groupPriority <= 0 || groupPriority > MAX_GROUP_PRIORITY) {
    errors.push(invalid(SPEC.child('groupPriorityMinimum'), groupPriority, `must be positive and less than ${String(MAX_GROUP_PRIORITY)}`));
  }
  if (versionPriority <= 0 || versionPriority > MAX_VERSION_PRIORITY) {
    errors.push(invalid(SPEC.child('versionPriority'), versionPriority, `must be positive and less than ${String(MAX_VERSION_PRIORITY)}`));
  }
  if (service === undefined) checkLocal(spec, errors);
  else checkRemote(spec, service, errors);
  return errors;
}

function checkLocal({ caBundle = '', insecureSkipTLSVerify = false }: APIServiceSpec, errors: FieldError[]): void {
  if (caBundle !== '') {
    const size = `${String(Buffer.from(caBundle, 'base64').length)} bytes`;
    errors.push(invalid(SPEC.child('caBundle'), size, 'local APIServices may not have a caBundle'));
  }
  if (insecureSkipTLSVerify)
    errors.push(invalid(SPEC.child('insecureSkipTLSVerify'), true, 'local APIServices may not have insecureSkipTLSVerify'));
}

function checkRemote(
  { caBundle = '', insecureSkipTLSVerify = false }: APIServiceSpec,
  service: ServiceReference,
  errors: FieldError[],
): void {
  const path = SPEC.child('service');
  checkPresent(service.namespace, path.child('namespace'), errors);
  checkPresent(service.name, path.child('name'), errors);
  const { port = 0 } = service;
  const messages = isValidPortNum(port);
  if (messages.length > 0) errors.push(invalid(path.child('port'), port, `port is not valid: ${messages.join(', ')}`));
  if (insecureSkipTLSVerify && caBundle !== '')
    errors.push(invalid(SPEC.child('insecureSkipTLSVerify'), true, 'may not be true if caBundle is present'));
}

function conditionErrors(conditions: readonly APIServiceCondition[]): FieldError[] {
  return conditions.flatMap(({ status = '' }, i) =>
    STATUSES.includes(status) ? [] : [notSupported(CONDITIONS.index(i).child('status'), new NamedString(status), STATUSES)],
  );
}

/** What this server itself serves is available at once. */
function localCondition(lastTransitionTime: string): APIServiceCondition {
  return { type: 'Available', status: 'True', lastTransitionTime, reason: 'Local', message: 'Local APIServices are always available' };
}

/** apiregistration.k8s.io/v1 APIService (Go: kube-aggregator/pkg/registry/apiservice). Metadata is checked by the general rules alone. */
export const apiServices: BehaviourFactory = ({ clock }) => {
  const { main, status } = specStatus({ statusKeepsMetadata: true });
  return {
    strategy: refined<Typed<APIService>>(main, {
      allowUnconditionalUpdate: false,
      validatesMetadata: true,
      validateName: (name) => isPathSegmentName(name),
      prepareForCreate(object) {
        object.status = object.spec.service === undefined ? { conditions: [localCondition(formatTime(clock.now()))] } : {};
      },
      validate: serviceErrors,
      validateUpdate: (object, old) => [...validateObjectMetaUpdate(object.metadata, old.metadata, METADATA), ...serviceErrors(object)],
    }),
    status: refined<Typed<APIService>>(status, {
      allowUnconditionalUpdate: false,
      validateUpdate: (object) => conditionErrors(object.status.conditions ?? []),
    }),
    defaults(object) {
      const { service } = typed<APIService>(object).spec;
      if (service !== undefined) service.port ??= HTTPS;
    },
  };
};
