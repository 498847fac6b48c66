import { forbiddenError, StatusError } from '../../apimachinery/status.js';
import { loadCel } from '../../cel/loader.js';
import type { NamedExpression } from '../../cel/engine.js';
import type { BehaviourEnvironment } from '../../registry/behaviour.js';
import type { Attributes } from '../admission.js';
import { conditionsHold, expressionInput } from '../expressions.js';
import type { Equivalent } from '../matching/equivalents.js';
import { RuleIndex } from '../matching/resource-rules.js';
import { matchesObject, NamespaceMatcher } from '../matching/selectors.js';
import type { VersionedObjects } from '../matching/versioned.js';
import type { WebhookEnvironment } from './environment.js';
import type { Webhook } from './webhook.js';

/** A webhook that is to be called, and what it is told that the request is about. */
export interface Invocation extends Equivalent {
  readonly webhook: Webhook;
}

const CONFIGURATION_KINDS: ReadonlySet<string> = new Set([
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
]);

/** What decides about admission is not itself subject to it, or nobody could repair it. */
export function isExempt({ kind }: Attributes): boolean {
  return kind.group === 'admissionregistration.k8s.io' && CONFIGURATION_KINDS.has(kind.kind);
}

/** Which webhooks are to be called about a request (Go: webhook/generic.Webhook.ShouldCallHook). */
export class Selection {
  private readonly namespaces: NamespaceMatcher;
  private readonly index: RuleIndex<Webhook>;
  private readonly compiled = new WeakMap<Webhook, readonly NamedExpression[]>();

  constructor(
    private readonly environment: Pick<BehaviourEnvironment, 'storage' | 'access'>,
    private readonly webhooks: WebhookEnvironment,
  ) {
    this.namespaces = new NamespaceMatcher(environment);
    this.index = new RuleIndex(webhooks);
  }

  /** The webhooks whose rules name the request, in their order. */
  matching(all: readonly Webhook[], attributes: Attributes): ReadonlyMap<Webhook, Equivalent> {
    return this.index.matching(all, attributes);
  }

  /** Whether selectors and match conditions let a webhook be called. Throws what the real server refuses such a request with. */
  async isSelected(webhook: Webhook, as: Equivalent, attributes: Attributes, objects: VersionedObjects): Promise<boolean> {
    const namespace = await this.namespaces.matches(webhook.namespaceSelector, attributes);
    if (namespace === false) return false;
    const object = matchesObject(webhook.objectSelector, attributes);
    if (object === false) return false;
    if (namespace instanceof StatusError) throw namespace;
    if (object instanceof StatusError) throw object;
    return webhook.conditions.length === 0 || (await this.conditionsHold(webhook, as, attributes, objects));
  }

  private async conditionsHold(webhook: Webhook, as: Equivalent, attributes: Attributes, objects: VersionedObjects): Promise<boolean> {
    const { compileConditions, evaluateConditions } = await loadCel();
    let conditions = this.compiled.get(webhook);
    if (conditions === undefined) this.compiled.set(webhook, (conditions = compileConditions(webhook.conditions)));
    const input = expressionInput(attributes, as, await objects.as(as), this.environment.access().authorizer);
    const hold = conditionsHold(evaluateConditions(conditions, input), webhook.ignoresFailure);
    if (hold === false) this.webhooks.observer?.excluded(webhook.name, webhook.type, attributes.operation);
    if (typeof hold === 'string') throw forbiddenError(attributes.resource, attributes.name, hold);
    return hold;
  }
}
