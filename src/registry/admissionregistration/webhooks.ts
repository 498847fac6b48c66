import { duplicate, invalid, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import { isDns1035Label, isFullyQualifiedName } from '../../apimachinery/validation/dns.js';
import { validateLabelSelector } from '../../apimachinery/validation/label-selector.js';
import { nameIsDnsSubdomain } from '../../apimachinery/validation/names.js';
import { validateObjectMeta } from '../../apimachinery/validation/object-meta.js';
import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
  WebhookClientConfig,
} from '../../schema/generated/admissionregistration-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { withCel } from '../cel.js';
import { addMessages, unsupported } from '../core/pod-spec/checks.js';
import { typed, type KubeObject, type Typed } from '../object.js';
import { refined, specStatus } from '../spec-status.js';
import { webhookServiceErrors, webhookUrlErrors } from '../webhook-client-config.js';
import { checkMatchConditions } from './match-conditions.js';
import { staticNameWarnings } from './names.js';
import { checkRule, defaultRules, FAILURE_POLICIES, MATCH_POLICIES, REINVOCATION_POLICIES } from './rules.js';

type Configuration = Typed<ValidatingWebhookConfiguration> | Typed<MutatingWebhookConfiguration>;
type Webhook = ValidatingWebhook | MutatingWebhook;

const METADATA = FieldPath.of('metadata');
const WEBHOOKS = FieldPath.of('webhooks');
const REVIEW_VERSIONS: readonly string[] = ['v1', 'v1beta1'];
const NO_SIDE_EFFECTS: ReadonlySet<string> = new Set(['None', 'NoneOnDryRun']);
const SIDE_EFFECTS: ReadonlySet<string> = new Set(['Unknown', 'None', 'Some', 'NoneOnDryRun']);
const MAX_TIMEOUT = 30;
const DEFAULT_TIMEOUT = 10;
const HTTPS = 443;

/** What a configuration may keep because the stored one has it (Go: validationOptions). */
interface Tolerance {
  readonly ignoreMatchConditions: boolean;
  readonly sideEffects: boolean;
  readonly unknownVersions: boolean;
  readonly duplicateNames: boolean;
  readonly allowInvalidLabelValue: boolean;
}

const NEW: Tolerance = {
  ignoreMatchConditions: false,
  sideEffects: false,
  unknownVersions: false,
  duplicateNames: false,
  allowInvalidLabelValue: false,
};

function webhooksOf({ webhooks = [] }: Configuration): readonly Webhook[] {
  return webhooks;
}

function toleranceFor(configuration: Configuration, old: Configuration): Tolerance {
  const before = webhooksOf(old);
  const now = webhooksOf(configuration);
  const names = before.map(({ name }) => name);
  return {
    ignoreMatchConditions:
      now.length === before.length && now.every((hook, i) => semanticEqual(hook.matchConditions, before[i]?.matchConditions)),
    sideEffects: before.some(({ sideEffects }) => !NO_SIDE_EFFECTS.has(sideEffects ?? '')),
    unknownVersions: before.some(
      ({ admissionReviewVersions: versions }) => versions?.length && !versions.some((version) => REVIEW_VERSIONS.includes(version)),
    ),
    duplicateNames: new Set(names).size < names.length,
    allowInvalidLabelValue: before.some(({ namespaceSelector, objectSelector }) =>
      [namespaceSelector, objectSelector].some((selector) => validateLabelSelector(selector, {}, WEBHOOKS).length > 0),
    ),
  };
}

function configurationErrors(configuration: Configuration, tolerance: Tolerance): FieldError[] {
  const errors = validateObjectMeta(configuration.metadata, false, nameIsDnsSubdomain, METADATA);
  const names = new Set<string>();
  webhooksOf(configuration).forEach((hook, i) => {
    const path = WEBHOOKS.index(i);
    checkWebhook(hook, tolerance, path, errors);
    checkReviewVersions(hook.admissionReviewVersions ?? [], tolerance, path.child('admissionReviewVersions'), errors);
    const { name = '' } = hook;
    if (tolerance.duplicateNames || name === '') return;
    if (names.has(name)) errors.push(duplicate(path.child('name'), name));
    names.add(name);
  });
  return errors;
}

function checkWebhook(hook: Webhook, tolerance: Tolerance, path: FieldPath, errors: FieldError[]): void {
  errors.push(...isFullyQualifiedName(path.child('name'), hook.name ?? ''));
  (hook.rules ?? []).forEach((rule, i) => {
    checkRule(rule, path.child('rules').index(i), errors);
  });
  checkOneOf(hook.failurePolicy, FAILURE_POLICIES, path.child('failurePolicy'), errors);
  checkOneOf(hook.matchPolicy, MATCH_POLICIES, path.child('matchPolicy'), errors);
  checkSideEffects(hook.sideEffects, tolerance.sideEffects ? SIDE_EFFECTS : NO_SIDE_EFFECTS, path.child('sideEffects'), errors);
  const { timeoutSeconds } = hook;
  if (timeoutSeconds !== undefined && (timeoutSeconds > MAX_TIMEOUT || timeoutSeconds < 1)) {
    errors.push(invalid(path.child('timeoutSeconds'), timeoutSeconds, 'the timeout value must be between 1 and 30 seconds'));
  }
  errors.push(...validateLabelSelector(hook.namespaceSelector, tolerance, path.child('namespaceSelector')));
  errors.push(...validateLabelSelector(hook.objectSelector, tolerance, path.child('objectSelector')));
  if ('reinvocationPolicy' in hook) checkOneOf(hook.reinvocationPolicy, REINVOCATION_POLICIES, path.child('reinvocationPolicy'), errors);
  checkClient(hook.clientConfig, path.child('clientConfig'), errors);
  if (tolerance.ignoreMatchConditions) return;
  checkMatchConditions(hook.matchConditions, { hasParams: false }, path.child('matchConditions'), errors);
}

function checkOneOf(value: string | undefined, supported: ReadonlySet<string>, path: FieldPath, errors: FieldError[]): void {
  if (value !== undefined && !supported.has(value)) errors.push(unsupported(path, value, supported));
}

function checkSideEffects(value: string | null | undefined, supported: ReadonlySet<string>, path: FieldPath, errors: FieldError[]): void {
  if (value === undefined || value === null) errors.push(required(path, `must specify one of ${[...supported].sort().join(', ')}`));
  else checkOneOf(value, supported, path, errors);
}

function checkClient({ url, service }: WebhookClientConfig, path: FieldPath, errors: FieldError[]): void {
  if ((url === undefined) === (service === undefined)) errors.push(required(path, 'exactly one of url or service is required'));
  else if (url !== undefined) errors.push(...webhookUrlErrors(url, path.child('url')));
  else if (service !== undefined) {
    // The real server passes name and namespace the wrong way round.
    errors.push(
      ...webhookServiceErrors(service.name ?? '', service.namespace ?? '', service.path, service.port ?? 0, path.child('service')),
    );
  }
}

function checkReviewVersions(versions: readonly string[], tolerance: Tolerance, path: FieldPath, errors: FieldError[]): void {
  const known = REVIEW_VERSIONS.join(', ');
  if (versions.length === 0) {
    errors.push(required(path, `must specify one of ${known}`));
    return;
  }
  const seen = new Set<string>();
  versions.forEach((version, i) => {
    if (seen.has(version)) errors.push(invalid(path.index(i), version, 'duplicate version'));
    else addMessages(path.index(i), version, isDns1035Label(version), errors);
    seen.add(version);
  });
  if (!tolerance.unknownVersions && !versions.some((version) => REVIEW_VERSIONS.includes(version))) {
    errors.push(invalid(path, versions, `must include at least one of ${known}`));
  }
}

function defaultWebhooks(object: KubeObject, mutating: boolean): void {
  for (const hook of typed<MutatingWebhookConfiguration>(object).webhooks ?? []) {
    hook.failurePolicy ??= 'Fail';
    hook.matchPolicy ??= 'Equivalent';
    hook.namespaceSelector ??= {};
    hook.objectSelector ??= {};
    hook.timeoutSeconds ??= DEFAULT_TIMEOUT;
    if (mutating) hook.reinvocationPolicy ??= 'Never';
    const { service } = hook.clientConfig;
    if (service !== undefined) service.port ??= HTTPS;
    defaultRules(hook.rules);
  }
}

function webhookConfigurations(mutating: boolean): BehaviourFactory {
  return () => ({
    strategy: refined<Configuration>(
      specStatus({ generation: true, generationFields: ['webhooks'], emptyIsChange: true, status: false }).main,
      {
        ...withCel<Configuration>((configuration) =>
          webhooksOf(configuration).some(({ matchConditions = [] }) => matchConditions.length > 0),
        ),
        allowUnconditionalUpdate: false,
        validatesMetadata: true,
        validate: (configuration) => configurationErrors(configuration, NEW),
        validateUpdate: (configuration, old) => configurationErrors(configuration, toleranceFor(configuration, old)),
        warningsOnCreate: staticNameWarnings,
        warningsOnUpdate: staticNameWarnings,
      },
    ),
    defaults(object) {
      defaultWebhooks(object, mutating);
    },
  });
}

/** admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration. */
export const validatingWebhookConfigurations = webhookConfigurations(false);

/** admissionregistration.k8s.io/v1 MutatingWebhookConfiguration. */
export const mutatingWebhookConfigurations = webhookConfigurations(true);
