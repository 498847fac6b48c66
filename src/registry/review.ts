import type { AccessForBehaviours, BehaviourFactory } from './behaviour.js';
import type { KubeObject } from './object.js';
import type { RequestContext } from './request.js';

/** A resource that stores nothing: its POST is a question, and the answer is what was sent with a status. */
export function review(
  answer: (access: AccessForBehaviours, object: KubeObject, context: RequestContext) => Promise<KubeObject> | KubeObject,
): BehaviourFactory {
  return (environment) => ({
    strategy: {},
    async create(object, context, { validate }) {
      await validate(object);
      return answer(environment.access(), object, context);
    },
  });
}
