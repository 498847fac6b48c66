import type { UserInfo } from '../apimachinery/user-info.js';
import { requirementsOf } from '../auth/access-control.js';
import { pathAttributes, resourceAttributes, type Attributes as AccessAttributes } from '../auth/authorization/attributes.js';
import type { Authorizer } from '../auth/authorization/authorizer.js';
import { serviceAccountGroups, serviceAccountUsername } from '../auth/identities.js';
import type { AccessQuestion, AdmissionInput, AskAccess, ConditionOutcome } from '../cel/engine.js';
import { asJson, type KubeObject } from '../registry/object.js';
import type { JsonObject } from '../schema/type.js';
import type { Attributes } from './admission.js';
import type { Equivalent } from './matching/equivalents.js';
import { shownTo, type ObjectPair } from './matching/versioned.js';
import { admissionRequestOf } from './request.js';

/** What CEL expressions see of a request that is taken as one of another version. */
export function expressionInput(attributes: Attributes, as: Equivalent, objects: ObjectPair, authorizer: Authorizer): AdmissionInput {
  const { resource, subresource, namespace, name } = attributes;
  return {
    request: admissionRequestOf(attributes, as) as unknown as JsonObject,
    object: shownTo(objects.object),
    oldObject: shownTo(objects.oldObject),
    namespaceObject: null,
    ask: askAccess(authorizer, attributes.user),
    resource: { group: resource.group, resource: resource.resource, subresource, namespace, name },
  };
}

/** The `authorizer` of expressions. */
function askAccess(authorizer: Authorizer, user: UserInfo): AskAccess {
  return (question) => {
    const { decision, reason } = authorizer.authorize(accessAttributes(question, user));
    return { allowed: decision === 'allow', reason };
  };
}

function accessAttributes({ verb, path, resource, serviceAccount }: AccessQuestion, requester: UserInfo): AccessAttributes {
  const user = serviceAccount === undefined ? requester : serviceAccountUser(serviceAccount.namespace, serviceAccount.name);
  if (resource === undefined) return pathAttributes(user, verb, path ?? '');
  const { fieldSelector, labelSelector: _, ...rest } = resource;
  return resourceAttributes(user, {
    verb,
    ...rest,
    fieldSelector: fieldSelector === '' ? undefined : () => requirementsOf(fieldSelector),
  });
}

function serviceAccountUser(namespace: string, name: string): UserInfo {
  return { name: serviceAccountUsername(namespace, name), uid: '', groups: serviceAccountGroups(namespace), extra: {} };
}

/**
 * Whether match conditions hold; a text is why nobody can tell (Go:
 * matchconditions.Matcher). One that is false decides, whatever fails.
 */
export function conditionsHold(outcomes: readonly ConditionOutcome[], ignoresFailure: boolean): boolean | string {
  if (outcomes.some(({ value }) => value === false)) return false;
  const errors = new Set(outcomes.flatMap(({ error }) => error ?? []));
  if (errors.size === 0) return true;
  if (ignoresFailure) return false;
  const distinct = [...errors];
  return distinct.length === 1 ? distinct.join() : `[${distinct.join(', ')}]`;
}

/** What expressions see of a namespace (Go: admission/plugin/cel.CreateNamespaceObject). */
export function namespaceInput(namespace: KubeObject): JsonObject {
  const { metadata, spec, status } = asJson(namespace);
  const { ownerReferences: _, managedFields: __, ...shown } = metadata as JsonObject;
  return { metadata: shown, ...(spec === undefined ? {} : { spec }), ...(status === undefined ? {} : { status }) };
}
