import type { BehaviourEnvironment } from '../behaviour.js';
import type { KubeObject } from '../object.js';
import type { Action } from '../resource.js';

const HOUR = 3600;

/** Tokens live for an hour unless somebody asks otherwise. */
export function defaultTokenRequest(request: KubeObject): void {
  const spec = request.spec as { expirationSeconds?: number | null };
  spec.expirationSeconds ??= HOUR;
}

/** POST of serviceaccounts/NAME/token: a TokenRequest is answered with a token (Go: serviceaccount/storage.TokenREST). */
export function issueToken(environment: BehaviourEnvironment): Action {
  return async (request, context, { validate }) => {
    const store = environment.store({ group: '', resource: 'serviceaccounts' });
    if (store === undefined) throw new Error('service accounts are not served');
    const account = await store.get(context.namespace, context.name);
    return { status: 201, object: await environment.access().issueToken(request, account.value, context, validate) };
  };
}
