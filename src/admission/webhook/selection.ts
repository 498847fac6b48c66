import { forbiddenError, internalError, notFoundError, StatusError } from '../../apimachinery/status.js';
import type { LabelSelector } from '../../apimachinery/label-selector.js';
import type { BehaviourEnvironment } from '../../registry/behaviour.js';
import type { KubeObject } from '../../registry/object.js';
import type { Attributes } from '../admission.js';
import { StoredObjects } from '../objects.js';
import { admissionRequestOf } from '../request.js';
import type { WebhookEnvironment } from './environment.js';
import { equivalentsOf, type Equivalent } from './equivalents.js';
import { ruleMatches } from './rules.js';
import { shownTo, type VersionedObjects } from './versioned.js';
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
  private readonly namespaces: StoredObjects;
  /** Matches of rules by what they look at, for as long as the webhooks and the resources stay the same. */
  private known = new Map<string, ReadonlyMap<Webhook, Equivalent>>();
  private knownFor: readonly Webhook[] = [];
  private knownVersion = -1;

  constructor(
    environment: Pick<BehaviourEnvironment, 'storage'>,
    private readonly webhooks: WebhookEnvironment,
  ) {
    this.namespaces = new StoredObjects(environment, { group: '', resource: 'namespaces' });
  }

  /** The webhooks whose rules name the request, in their order. */
  matching(all: readonly Webhook[], attributes: Attributes): ReadonlyMap<Webhook, Equivalent> {
    const version = this.webhooks.catalogVersion();
    if (all !== this.knownFor || version !== this.knownVersion) {
      this.known = new Map();
      this.knownFor = all;
      this.knownVersion = version;
    }
    const { operation, resource, subresource, namespace } = attributes;
    const key = `${operation} ${resource.group}/${resource.version}/${resource.resource}/${subresource} ${namespace === '' ? '' : 'ns'}`;
    let found = this.known.get(key);
    if (found === undefined) {
      found = this.match(all, attributes);
      this.known.set(key, found);
    }
    return found;
  }

  private match(all: readonly Webhook[], attributes: Attributes): ReadonlyMap<Webhook, Equivalent> {
    const { resource, kind, subresource } = attributes;
    const others = equivalentsOf(this.webhooks, resource, subresource).filter(
      (other) => other.resource.group !== resource.group || other.resource.version !== resource.version,
    );
    const found = new Map<Webhook, Equivalent>();
    for (const webhook of all) {
      if (webhook.rules.some((rule) => ruleMatches(rule, attributes, resource))) {
        found.set(webhook, { resource, kind });
        continue;
      }
      if (!webhook.equivalent) continue;
      // Earlier rules go first, then earlier versions.
      const pairs = webhook.rules.flatMap((rule) => others.map((other) => ({ rule, other })));
      const match = pairs.find(({ rule, other }) => ruleMatches(rule, attributes, other.resource));
      if (match !== undefined) found.set(webhook, match.other);
    }
    return found;
  }

  /** Whether selectors and match conditions let a webhook be called. Throws what the real server refuses such a request with. */
  async isSelected(webhook: Webhook, as: Equivalent, attributes: Attributes, objects: VersionedObjects): Promise<boolean> {
    const namespace = await this.matchesNamespace(webhook, attributes);
    if (namespace === false) return false;
    const object = matchesObject(webhook, attributes);
    if (object === false) return false;
    if (namespace instanceof StatusError) throw namespace;
    if (object instanceof StatusError) throw object;
    return webhook.conditions === undefined || (await this.conditionsHold(webhook, as, attributes, objects));
  }

  private async matchesNamespace({ namespaceSelector }: Webhook, attributes: Attributes): Promise<boolean | StatusError> {
    const { namespace, resource } = attributes;
    if (namespace === '' && resource.resource !== 'namespaces') return true;
    if (typeof namespaceSelector === 'string') return internalError(namespaceSelector);
    if (namespaceSelector.isEmpty()) return true;
    const labels = await this.namespaceLabels(attributes);
    return labels instanceof StatusError ? labels : namespaceSelector.matches(labels);
  }

  /** A namespace that is being written is judged by its new labels. */
  private async namespaceLabels(attributes: Attributes): Promise<Readonly<Record<string, string>> | undefined | StatusError> {
    const { resource, subresource, operation, object, namespace } = attributes;
    if (resource.resource === 'namespaces' && subresource === '' && (operation === 'CREATE' || operation === 'UPDATE')) {
      return object?.metadata.labels;
    }
    const stored = await this.namespaces.get('', namespace);
    return stored === undefined ? notFoundError({ group: '', resource: 'namespaces' }, namespace) : stored.metadata.labels;
  }

  private async conditionsHold(webhook: Webhook, as: Equivalent, attributes: Attributes, objects: VersionedObjects): Promise<boolean> {
    const { object, oldObject } = await objects.as(as);
    const outcomes =
      webhook.conditions?.({
        request: admissionRequestOf(attributes, as),
        object: shownTo(object),
        oldObject: shownTo(oldObject),
        user: attributes.user,
      }) ?? [];
    const { observer } = this.webhooks;
    if (outcomes.some(({ value }) => value === false)) {
      observer?.excluded(webhook.name, webhook.type, attributes.operation);
      return false;
    }
    const errors = outcomes.flatMap(({ error }) => error ?? []);
    if (errors.length === 0) return true;
    if (webhook.ignoresFailure) return false;
    const distinct = [...new Set(errors)];
    const why = distinct.length === 1 ? (distinct[0] ?? '') : `[${distinct.join(', ')}]`;
    throw forbiddenError(attributes.resource, attributes.name, why);
  }
}

function matchesObject({ objectSelector }: Webhook, { object, oldObject }: Attributes): boolean | StatusError {
  if (typeof objectSelector === 'string') return internalError(objectSelector);
  return objectSelector.isEmpty() || selects(objectSelector, object) || selects(objectSelector, oldObject);
}

function selects(selector: LabelSelector, object: KubeObject | undefined): boolean {
  // Options of a CONNECT have no metadata.
  const metadata = object?.metadata as KubeObject['metadata'] | undefined;
  return metadata !== undefined && selector.matches(metadata.labels);
}
