import { review } from '../review.js';
import type { BehaviourFactory } from '../behaviour.js';

/** What the resources of authorization.k8s.io do beyond their facts. Keys are `<group>/<resource>`. */
export const authorizationBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'authorization.k8s.io/localsubjectaccessreviews': review((access, object, { namespace }) => access.reviewLocalAccess(object, namespace)),
  'authorization.k8s.io/selfsubjectaccessreviews': review((access, object, { user }) => access.reviewSelfAccess(object, user)),
  'authorization.k8s.io/selfsubjectrulesreviews': review((access, object, { user }) => access.rulesFor(object, user)),
  'authorization.k8s.io/subjectaccessreviews': review((access, object) => access.reviewSubjectAccess(object)),
};
