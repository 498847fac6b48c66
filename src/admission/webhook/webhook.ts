import { StatusError } from '../../apimachinery/status.js';
import type { LabelSelector } from '../../apimachinery/label-selector.js';
import { labelSelectorOf, type LabelSelectorObject } from '../../apimachinery/label-selector.js';
import type {
  MatchCondition,
  MutatingWebhook,
  MutatingWebhookConfiguration,
  RuleWithOperations,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '../../schema/generated/admissionregistration-v1.js';
import type { KubeObject } from '../../registry/object.js';
import { destinationOf } from '../../webhook/client-config.js';
import type { Destination } from '../../webhook/destination.js';
import type { MatchConditions, WebhookType } from './environment.js';

export type WebhookConfiguration = KubeObject & (ValidatingWebhookConfiguration | MutatingWebhookConfiguration);

/** One webhook of a configuration, ready to be matched and called (Go: webhook.WebhookAccessor). */
export interface Webhook {
  /** Tells it from all others, also from one of the same name. */
  readonly uid: string;
  readonly type: WebhookType;
  readonly configuration: string;
  readonly name: string;
  readonly rules: readonly RuleWithOperations[];
  /** A string is why it can't be read. */
  readonly namespaceSelector: LabelSelector | string;
  readonly objectSelector: LabelSelector | string;
  readonly equivalent: boolean;
  readonly ignoresFailure: boolean;
  readonly reinvocable: boolean;
  readonly sideEffects: string | undefined;
  readonly timeoutSeconds: number;
  readonly reviewVersions: readonly string[];
  /** A string is why there is none. */
  readonly destination: Destination | string;
  readonly conditions: MatchConditions | undefined;
}

const DEFAULT_TIMEOUT = 10;

type Compile = ((conditions: readonly MatchCondition[]) => MatchConditions) | undefined;

/** The webhooks of a configuration in their order. */
export function webhooksOf(configuration: WebhookConfiguration, type: WebhookType, compile: Compile): Webhook[] {
  const name = configuration.metadata.name ?? '';
  const repeated = new Map<string, number>();
  return (configuration.webhooks ?? []).map((hook: ValidatingWebhook | MutatingWebhook) => {
    const own = hook.name ?? '';
    const count = repeated.get(own) ?? 0;
    repeated.set(own, count + 1);
    const { matchConditions = [], admissionReviewVersions } = hook;
    return {
      uid: `${name}/${own}/${String(count)}`,
      type,
      configuration: name,
      name: own,
      rules: hook.rules ?? [],
      namespaceSelector: selectorOf(hook.namespaceSelector),
      objectSelector: selectorOf(hook.objectSelector),
      equivalent: hook.matchPolicy !== 'Exact',
      ignoresFailure: hook.failurePolicy === 'Ignore',
      reinvocable: 'reinvocationPolicy' in hook && hook.reinvocationPolicy === 'IfNeeded',
      sideEffects: hook.sideEffects ?? undefined,
      timeoutSeconds: hook.timeoutSeconds ?? DEFAULT_TIMEOUT,
      reviewVersions: admissionReviewVersions ?? [],
      destination: destinationOf(hook.clientConfig),
      conditions: matchConditions.length === 0 ? undefined : compile?.(matchConditions),
    };
  });
}

function selectorOf(selector: LabelSelectorObject | null | undefined): LabelSelector | string {
  try {
    return labelSelectorOf(selector ?? {});
  } catch (error) {
    if (error instanceof StatusError) return error.message;
    throw error;
  }
}
