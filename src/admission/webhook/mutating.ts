import type { BehaviourEnvironment } from '../../registry/behaviour.js';
import type { AdmissionPlugin, Attributes } from '../admission.js';
import { CallingError, callWebhook, outcomeOf } from './call.js';
import { WebhookConfigurations } from './configurations.js';
import type { WebhookEnvironment } from './environment.js';
import { patchedObject } from './patched-object.js';
import { Rounds } from '../rounds.js';
import { isExempt, Selection, type Invocation } from './selection.js';
import { VersionedObjects } from '../matching/versioned.js';

const NAME = 'MutatingAdmissionWebhook';
const PATCHED = 'patch.webhook.admission.k8s.io/';
const MUTATED = 'mutation.webhook.admission.k8s.io/';
const FAILED_OPEN = `failed-open.${MUTATED}`;

/** Lets mutating webhooks change the object, one after the other (Go: webhook/mutating). */
export function mutatingWebhooks(environment: BehaviourEnvironment, webhooks: WebhookEnvironment): AdmissionPlugin {
  const configurations = new WebhookConfigurations('admit');
  const selection = new Selection(environment, webhooks);

  const admit = async (attributes: Attributes): Promise<void> => {
    const rounds = Rounds.begin(NAME, attributes);
    const objects = new VersionedObjects(webhooks, attributes);
    let index = -1;
    for (const webhook of configurations.webhooks) {
      index++;
      const as = selection.matching(configurations.webhooks, attributes).get(webhook);
      if (as === undefined || !(await selection.isSelected(webhook, as, attributes, objects))) continue;
      if (rounds.skips(webhook.uid)) continue;
      const invocation = { webhook, ...as };
      const annotator = new Annotator(attributes, invocation, `round_${rounds.isSecond ? '1' : '0'}_index_${String(index)}`);
      if (await mutate(webhooks, invocation, attributes, objects, annotator)) rounds.changed();
      if (webhook.reinvocable) rounds.watches(webhook.uid);
    }
    rounds.end(attributes);
  };

  return {
    name: NAME,
    handles: () => true,
    begin: () => configurations.follow(environment),
    admit(attributes) {
      const { webhooks: all } = configurations;
      if (all.length === 0 || isExempt(attributes) || selection.matching(all, attributes).size === 0) return;
      return admit(attributes);
    },
  };
}

/** Notes for the audit trail. */
class Annotator {
  constructor(
    private readonly attributes: Attributes,
    private readonly invocation: Invocation,
    private readonly place: string,
  ) {}

  mutated(mutated: boolean): void {
    const { configuration, name: webhook } = this.invocation.webhook;
    this.attributes.annotate(`${MUTATED}${this.place}`, JSON.stringify({ configuration, webhook, mutated }));
  }

  patched(patch: unknown): void {
    const { configuration, name: webhook } = this.invocation.webhook;
    this.attributes.annotate(`${PATCHED}${this.place}`, JSON.stringify({ configuration, webhook, patch, patchType: 'JSONPatch' }));
  }

  failedOpen(): void {
    this.attributes.annotate(`${FAILED_OPEN}${this.place}`, this.invocation.webhook.name);
  }
}

/** Asks one webhook and puts what it makes of the object in its place; true if it changed something. */
async function mutate(
  webhooks: WebhookEnvironment,
  invocation: Invocation,
  attributes: Attributes,
  objects: VersionedObjects,
  annotator: Annotator,
): Promise<boolean> {
  const started = webhooks.seconds();
  let changed = false;
  let failure: unknown;
  try {
    const pair = await objects.as(invocation);
    const response = await callWebhook(webhooks, invocation, attributes, pair);
    const result = patchedObject(webhooks, invocation, pair.object, response, attributes);
    if (result !== undefined) {
      annotator.patched(result.patch);
      changed = await objects.replace(invocation, result.object);
    }
  } catch (error) {
    failure = error;
  }
  annotator.mutated(changed);
  const refusal = outcomeOf(webhooks, invocation, attributes, failure, webhooks.seconds() - started);
  if (refusal !== undefined) throw refusal;
  if (failure instanceof CallingError) annotator.failedOpen();
  return changed;
}
