import { apiVersionOf, type GroupResource } from '../apimachinery/group-version.js';
import { userInfo } from '../auth/identities.js';
import { decodeObject } from '../schema/decode.js';
import { applyLiteralDefaults } from '../schema/default.js';
import type { JsonObject } from '../schema/type.js';
import type { BehaviourEnvironment } from './behaviour.js';
import { fieldManagerFor } from './field-managers.js';
import { asObject, type KubeObject } from './object.js';
import type { RequestContext } from './request.js';

/** Who writes when the server does so by itself. */
export const MANAGER = 'kube-apiserver';

const SERVER = userInfo({ name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] });

/** The context of a write that the server makes on its own behalf (Go: the loopback client). */
export function internalContext(namespace: string, name: string): RequestContext {
  return {
    user: SERVER,
    namespace,
    name,
    userAgent: MANAGER,
    path: '',
    warn: () => undefined,
    annotate: () => undefined,
  };
}

/**
 * Creates an object that goes with another one, such as the IPAddress of a
 * Service: defaults and managedFields as for any write, but no admission.
 * Throws what the store throws.
 */
export async function createInternally(environment: BehaviourEnvironment, resource: GroupResource, value: JsonObject): Promise<KubeObject> {
  const definition = environment.definition(resource);
  if (definition?.store === undefined) throw new Error(`no resource ${resource.resource} in group ${resource.group}`);
  const object = asObject(decodeObject(definition.type, value).object);
  object.apiVersion = apiVersionOf(definition);
  object.kind = definition.kind;
  applyLiteralDefaults(definition.type, object as unknown as JsonObject);
  definition.defaults?.(object);
  const { namespace = '', name = '' } = object.metadata;
  const tracked = fieldManagerFor(definition, '', definition.strategy).update(undefined, object, MANAGER);
  return (await definition.store.create(tracked, internalContext(namespace, name), false)).object;
}
