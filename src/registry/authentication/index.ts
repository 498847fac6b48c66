import { review } from '../review.js';
import type { BehaviourFactory } from '../behaviour.js';

/** What the resources of authentication.k8s.io do beyond their facts. Keys are `<group>/<resource>`. */
export const authenticationBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'authentication.k8s.io/selfsubjectreviews': review((access, _, { user }) => access.selfSubjectReview(user)),
  'authentication.k8s.io/tokenreviews': review((access, object) => access.reviewToken(object)),
};
