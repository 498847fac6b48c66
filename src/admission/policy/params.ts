import { labelSelectorOf } from '../../apimachinery/label-selector.js';
import { parseApiVersion, type GroupVersionKind } from '../../apimachinery/group-version.js';
import type { BehaviourEnvironment } from '../../registry/behaviour.js';
import type { KubeObject } from '../../registry/object.js';
import type { ResourceDefinition } from '../../registry/resource.js';
import type { ParamKind, ParamRef } from '../../schema/generated/admissionregistration-v1.js';
import type { JsonObject } from '../../schema/type.js';
import { shownTo } from '../matching/versioned.js';
import { StoredObjects } from '../objects.js';

/** A parameter of a policy; undefined stands for none, with which the policy is evaluated all the same. */
export interface Param {
  readonly namespace: string;
  readonly name: string;
  readonly object: JsonObject;
}

/** Why parameters can't be found. */
export class ParamError extends Error {}

type Environment = Pick<BehaviourEnvironment, 'storage' | 'definitionOf'>;

/** What serves the kind of a policy's parameters. Throws ParamError if nothing does. */
export function paramDefinition(environment: Environment, { apiVersion = '', kind = '' }: ParamKind): ResourceDefinition {
  const gvk: GroupVersionKind = { ...(parseApiVersion(apiVersion) ?? { group: '', version: '' }), kind };
  const definition = environment.definitionOf(gvk);
  if (definition === undefined)
    throw new ParamError(`failed to find resource referenced by paramKind: '${gvk.group}/${gvk.version}, Kind=${kind}'`);
  return definition;
}

/** The parameters with which a binding has its policy evaluated, once for each (Go: policy/generic.CollectParams). Throws ParamError. */
export async function collectParams(
  environment: Environment,
  definition: ResourceDefinition | undefined,
  ref: ParamRef | undefined,
  requestNamespace: string,
): Promise<readonly (Param | undefined)[]> {
  if (definition === undefined || ref === undefined) return [undefined];
  const { name = '', namespace = '', selector, parameterNotFoundAction } = ref;
  const place = definition.namespaced ? namespace || requestNamespace : '';
  if (definition.namespaced && place === '')
    throw new ParamError('cannot use namespaced paramRef in policy binding that matches cluster-scoped resources');
  if (!definition.namespaced && namespace !== '')
    throw new ParamError('paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
  const objects = new StoredObjects(environment, definition);
  const found = name === '' ? await selected(objects, place, selector) : await named(objects, place, name);
  if (found.length === 0 && parameterNotFoundAction === 'Deny')
    throw new ParamError('no params found for policy binding with `Deny` parameterNotFoundAction');
  return Promise.all(found.map((stored) => paramOf(definition, stored)));
}

async function named(objects: StoredObjects, namespace: string, name: string): Promise<KubeObject[]> {
  const found = await objects.get(namespace, name);
  return found === undefined ? [] : [found];
}

async function selected(objects: StoredObjects, namespace: string, selector: ParamRef['selector']): Promise<KubeObject[]> {
  const parsed = labelSelectorOf(selector ?? {});
  return (await objects.list(namespace)).filter(({ metadata }) => parsed.matches(metadata.labels));
}

async function paramOf({ conversion }: ResourceDefinition, stored: KubeObject): Promise<Param> {
  const { namespace = '', name = '' } = stored.metadata;
  const own = structuredClone(stored);
  await conversion?.prepare?.([own]);
  return { namespace, name, object: shownTo(conversion === undefined ? own : conversion.fromStorage(own)) ?? {} };
}
