import type {
  MatchCondition,
  MutatingWebhook,
  MutatingWebhookConfiguration,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '../../schema/generated/admissionregistration-v1.js';
import type { KubeObject } from '../../registry/object.js';
import { destinationOf } from '../../webhook/client-config.js';
import type { Destination } from '../../webhook/destination.js';
import type { Asker } from '../matching/resource-rules.js';
import { selectorOf, type Selectors } from '../matching/selectors.js';
import type { WebhookType } from './environment.js';

export type WebhookConfiguration = KubeObject & (ValidatingWebhookConfiguration | MutatingWebhookConfiguration);

/** One webhook of a configuration, ready to be matched and called (Go: webhook.WebhookAccessor). */
export interface Webhook extends Asker, Selectors {
  /** Tells it from all others, also from one of the same name. */
  readonly uid: string;
  readonly type: WebhookType;
  readonly configuration: string;
  readonly name: string;
  readonly ignoresFailure: boolean;
  readonly reinvocable: boolean;
  readonly sideEffects: string | undefined;
  readonly timeoutSeconds: number;
  readonly reviewVersions: readonly string[];
  /** A string is why there is none. */
  readonly destination: Destination | string;
  readonly conditions: readonly MatchCondition[];
}

const DEFAULT_TIMEOUT = 10;

/** The webhooks of a configuration in their order. */
export function webhooksOf(configuration: WebhookConfiguration, type: WebhookType): Webhook[] {
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
      conditions: matchConditions,
    };
  });
}
