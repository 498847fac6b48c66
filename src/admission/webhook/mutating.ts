import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import type { BehaviourEnvironment } from '../../registry/behaviour.js';
import type { KubeObject } from '../../registry/object.js';
import type { AdmissionPlugin, Attributes } from '../admission.js';
import { Reinvocation } from '../admission.js';
import { CallingError, callWebhook, outcomeOf } from './call.js';
import { WebhookConfigurations } from './configurations.js';
import type { WebhookEnvironment } from './environment.js';
import { convertObject } from '../matching/equivalents.js';
import { patchedObject } from './patched-object.js';
import { isExempt, Selection, type Invocation } from './selection.js';
import { sameKind, VersionedObjects, type ObjectPair } from '../matching/versioned.js';

const NAME = 'MutatingAdmissionWebhook';
const PATCHED = 'patch.webhook.admission.k8s.io/';
const MUTATED = 'mutation.webhook.admission.k8s.io/';
const FAILED_OPEN = `failed-open.${MUTATED}`;

/** What one request's rounds remember (Go: webhookReinvokeContext). */
class Rounds {
  /** The object as the webhooks left it. */
  output: KubeObject | undefined;
  /** Webhooks that would like to know of later changes. */
  readonly invoked = new Set<string>();
  /** Those that are to be asked again. */
  readonly again = new Set<string>();

  requireAgain(): void {
    for (const uid of this.invoked) this.again.add(uid);
    this.invoked.clear();
  }
}

/** Lets mutating webhooks change the object, one after the other (Go: webhook/mutating). */
export function mutatingWebhooks(environment: BehaviourEnvironment, webhooks: WebhookEnvironment): AdmissionPlugin {
  const configurations = new WebhookConfigurations('admit');
  const selection = new Selection(environment, webhooks);

  const admit = async (attributes: Attributes): Promise<void> => {
    const { reinvocation = new Reinvocation() } = attributes;
    const rounds = reinvocation.state(NAME, () => new Rounds());
    // Built-in plug-ins changed it since.
    if (reinvocation.isReinvoke && !semanticEqual(rounds.output, attributes.object)) rounds.requireAgain();
    const objects = new VersionedObjects(webhooks, attributes);
    let index = -1;
    for (const webhook of configurations.webhooks) {
      index++;
      const as = selection.matching(configurations.webhooks, attributes).get(webhook);
      if (as === undefined || !(await selection.isSelected(webhook, as, attributes, objects))) continue;
      // Nobody is asked for the first time in the second round.
      if (reinvocation.isReinvoke && !rounds.again.has(webhook.uid)) continue;
      const invocation = { webhook, ...as };
      const annotator = new Annotator(attributes, invocation, `round_${reinvocation.isReinvoke ? '1' : '0'}_index_${String(index)}`);
      if (await mutate(webhooks, invocation, attributes, objects, annotator)) {
        rounds.requireAgain();
        reinvocation.shouldReinvoke = true;
      }
      if (webhook.reinvocable) rounds.invoked.add(webhook.uid);
    }
    rounds.output = structuredClone(attributes.object);
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
      changed = await replaceObject(webhooks, invocation, attributes, pair, result.object);
      objects.forget();
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

async function replaceObject(
  webhooks: WebhookEnvironment,
  { kind, resource }: Invocation,
  attributes: Attributes,
  pair: ObjectPair,
  object: KubeObject,
): Promise<boolean> {
  const changed = !semanticEqual(pair.object, object);
  const own = sameKind(kind, attributes.kind) ? object : await convertObject(webhooks, object, resource, attributes.resource);
  if (attributes.object !== undefined) become(attributes.object, own);
  return changed;
}

/** The object belongs to the request; whoever holds it sees the change. */
function become(target: KubeObject, source: KubeObject): void {
  const record = target as unknown as Record<string, unknown>;
  for (const key of Object.keys(record)) Reflect.deleteProperty(record, key);
  Object.assign(record, source);
}
