import type { BehaviourEnvironment } from '../behaviour.js';
import type { Action } from '../resource.js';

/** POST of serviceaccounts/NAME/token: a TokenRequest is answered with a token (Go: serviceaccount/storage.TokenREST). */
export function issueToken(environment: BehaviourEnvironment): Action {
  return async (request, context, { validate }) => {
    const store = environment.store({ group: '', resource: 'serviceaccounts' });
    if (store === undefined) throw new Error('service accounts are not served');
    const account = await store.get(context.namespace, context.name);
    return { status: 201, object: await environment.access().issueToken(request, account.value, context, validate) };
  };
}
