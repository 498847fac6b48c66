import { goQuote } from '../../apimachinery/field-error.js';
import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import { notFoundError } from '../../apimachinery/status.js';
import type { BehaviourEnvironment } from '../../registry/behaviour.js';
import type { KubeObject } from '../../registry/object.js';
import type { Pod, PodStatus } from '../../schema/generated/core-v1.js';
import type { Attributes } from '../admission.js';
import { forbid } from '../forbid.js';
import { StoredObjects } from '../objects.js';
import { referencedApiObject } from '../pod-references.js';
import { MIRROR_POD } from '../service-account.js';

type PodObject = Pod & KubeObject;

/** Nodes make mirror pods, and report on, evict and delete the pods that run on them. */
export class PodRules {
  private readonly pods: StoredObjects<PodObject>;
  private readonly nodes: StoredObjects;

  constructor(environment: BehaviourEnvironment) {
    this.pods = new StoredObjects(environment, { group: '', resource: 'pods' });
    this.nodes = new StoredObjects(environment, { group: '', resource: 'nodes' });
  }

  check(node: string, attributes: Attributes): Promise<void> | void {
    const { operation, subresource } = attributes;
    switch (subresource) {
      case '':
        if (operation === 'CREATE') return this.checkCreate(node, attributes);
        if (operation === 'DELETE') return this.checkBound(node, attributes, attributes.name, `node ${goQuote(node)} can only delete pods`);
        throw forbid(
          attributes,
          `unexpected operation ${goQuote(operation)}, node ${goQuote(node)} can only create and delete mirror pods`,
        );
      case 'status':
        if (operation !== 'UPDATE') throw forbid(attributes, `unexpected operation ${goQuote(operation)}`);
        checkStatus(node, attributes);
        return;
      case 'eviction':
        if (operation !== 'CREATE') throw forbid(attributes, `unexpected operation ${operation}`);
        return this.checkBound(
          node,
          attributes,
          attributes.name || (attributes.object?.metadata.name ?? ''),
          `node ${node} can only evict pods`,
        );
      default:
        throw forbid(attributes, `unexpected pod subresource ${goQuote(subresource)}, only 'status' and 'eviction' are allowed`);
    }
  }

  private async checkBound(node: string, attributes: Attributes, name: string, may: string): Promise<void> {
    if (name === '') throw forbid(attributes, 'could not determine pod from request data');
    const pod = await this.pods.get(attributes.namespace, name);
    if (pod === undefined) throw notFoundError({ group: '', resource: 'pod' }, name);
    if (pod.spec.nodeName !== node) throw forbid(attributes, `${may} with spec.nodeName set to itself`);
  }

  private async checkCreate(node: string, attributes: Attributes): Promise<void> {
    const who = `node ${goQuote(node)}`;
    const pod = attributes.object as PodObject;
    const { annotations, ownerReferences = [] } = pod.metadata;
    if (annotations === undefined || !Object.hasOwn(annotations, MIRROR_POD)) {
      throw forbid(attributes, `pod does not have ${goQuote(MIRROR_POD)} annotation, ${who} can only create mirror pods`);
    }
    if (pod.spec.nodeName !== node) throw forbid(attributes, `${who} can only create pods with spec.nodeName set to itself`);
    const [owner] = ownerReferences;
    if (ownerReferences.length > 1) throw forbid(attributes, `${who} can only create pods with a single owner reference set to itself`);
    if (owner === undefined || owner.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node) {
      throw forbid(attributes, `${who} can only create pods with an owner reference set to itself`);
    }
    if (owner.controller !== true) throw forbid(attributes, `${who} can only create pods with a controller owner reference set to itself`);
    if (owner.blockOwnerDeletion === true) throw forbid(attributes, `${who} must not set blockOwnerDeletion on an owner reference`);
    const found = await this.nodes.get('', node);
    if (found === undefined) throw notFoundError({ group: '', resource: 'node' }, node);
    const { uid = '' } = found.metadata;
    if (owner.uid !== uid) throw forbid(attributes, `node ${node} UID mismatch: expected ${owner.uid} got ${uid}`);
    const reference = referencedApiObject(pod.spec);
    if (reference !== undefined) throw forbid(attributes, `${who} can not create pods that reference ${reference}`);
  }
}

function checkStatus(node: string, attributes: Attributes): void {
  const who = `node ${goQuote(node)}`;
  const pod = attributes.object as PodObject;
  const old = attributes.oldObject as PodObject;
  if (old.spec.nodeName !== node) throw forbid(attributes, `${who} can only update pod status for pods with spec.nodeName set to itself`);
  if (!semanticEqual(pod.metadata.labels, old.metadata.labels)) throw forbid(attributes, `${who} cannot update labels through pod status`);
  if (!semanticEqual(claimsOf(pod.status), claimsOf(old.status))) throw forbid(attributes, `${who} cannot update resource claim statues`);
  if (!semanticEqual(pod.status.extendedResourceClaimStatus, old.status.extendedResourceClaimStatus)) {
    throw forbid(attributes, `${who} cannot update extended resource claim status`);
  }
}

function claimsOf({ resourceClaimStatuses = [] }: PodStatus): unknown[] {
  return resourceClaimStatuses.map(({ name, resourceClaimName }) => [name, resourceClaimName ?? null]);
}
