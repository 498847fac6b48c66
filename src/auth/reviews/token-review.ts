import { badRequest, internalError } from '../../apimachinery/status.js';
import type { KubeObject } from '../../registry/object.js';
import type { TokenReviewStatus } from '../../schema/generated/authentication-v1.js';
import type { Authentication } from '../authentication/authentication.js';
import { AuthenticationError, intersectAudiences } from '../authentication/authenticator.js';
import { userInfoJson } from '../identities.js';

/** authentication.k8s.io/v1 TokenReview. */
export interface TokenReview extends KubeObject {
  spec: { token?: string | undefined; audiences?: string[] | undefined };
}

/**
 * Answers `POST …/tokenreviews`: sets the status of `review`, which the caller
 * owns (Go: pkg/registry/authentication/tokenreview).
 * @param audiences the API server's own, for reviews that name none
 */
export async function reviewToken<T extends TokenReview>(
  review: T,
  authentication: Authentication,
  audiences: readonly string[],
): Promise<T> {
  // What it says of a token comes over what the question held.
  const given = review.status as Partial<TokenReviewStatus> | undefined;
  const token = review.spec.token ?? '';
  if (token === '') throw badRequest('token is required for TokenReview in authentication');
  const wanted = review.spec.audiences !== undefined && review.spec.audiences.length > 0 ? review.spec.audiences : audiences;
  try {
    const result = await authentication.review(token, wanted);
    const accepted = result.audiences ?? [];
    if (wanted.length > 0 && intersectAudiences(wanted, accepted).length === 0) throw internalError('error validating audiences');
    review.status = { ...given, authenticated: true, user: userInfoJson(result.user), audiences: [...accepted] };
  } catch (error) {
    if (!(error instanceof AuthenticationError)) throw error;
    const { authenticated: _, ...rest } = given ?? {};
    review.status = { user: {}, ...rest, error: error.message };
  }
  return review;
}
