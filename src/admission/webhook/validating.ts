import type { BehaviourEnvironment } from '../../registry/behaviour.js';
import type { StatusError } from '../../apimachinery/status.js';
import type { AdmissionPlugin, Attributes } from '../admission.js';
import { CallingError, callWebhook, outcomeOf } from './call.js';
import { WebhookConfigurations } from './configurations.js';
import type { WebhookEnvironment } from './environment.js';
import { isExempt, Selection, type Invocation } from './selection.js';
import { VersionedObjects } from '../matching/versioned.js';

const FAILED_OPEN = 'failed-open.validating.webhook.admission.k8s.io/round_0_index_';

/** Asks validating webhooks, all at the same time (Go: webhook/validating). */
export function validatingWebhooks(environment: BehaviourEnvironment, webhooks: WebhookEnvironment): AdmissionPlugin {
  const configurations = new WebhookConfigurations('validating');
  const selection = new Selection(environment, webhooks);

  const validate = async (attributes: Attributes): Promise<void> => {
    const objects = new VersionedObjects(webhooks, attributes);
    const invocations: Invocation[] = [];
    for (const [webhook, as] of selection.matching(configurations.webhooks, attributes)) {
      if (!(await selection.isSelected(webhook, as, attributes, objects))) continue;
      invocations.push({ webhook, ...as });
      await objects.as(as);
    }
    // Of several refusals the first to arrive is told.
    let refusal: StatusError | undefined;
    await Promise.all(
      invocations.map(async (invocation, i) => {
        const found = await call(webhooks, invocation, attributes, objects, i);
        refusal ??= found;
      }),
    );
    if (refusal !== undefined) throw refusal;
  };

  return {
    name: 'ValidatingAdmissionWebhook',
    handles: () => true,
    begin: () => configurations.follow(environment),
    validate(attributes) {
      const { webhooks: all } = configurations;
      if (all.length === 0 || isExempt(attributes) || selection.matching(all, attributes).size === 0) return;
      return validate(attributes);
    },
  };
}

async function call(
  webhooks: WebhookEnvironment,
  invocation: Invocation,
  attributes: Attributes,
  objects: VersionedObjects,
  index: number,
): Promise<StatusError | undefined> {
  const started = webhooks.seconds();
  let failure: unknown;
  try {
    await callWebhook(webhooks, invocation, attributes, await objects.as(invocation));
  } catch (error) {
    failure = error;
  }
  const refusal = outcomeOf(webhooks, invocation, attributes, failure, webhooks.seconds() - started);
  if (refusal === undefined && failure instanceof CallingError)
    attributes.annotate(`${FAILED_OPEN}${String(index)}`, invocation.webhook.name);
  return refusal;
}
