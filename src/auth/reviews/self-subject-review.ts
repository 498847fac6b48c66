import { formatTime } from '../../apimachinery/time.js';
import type { UserInfo } from '../../apimachinery/user-info.js';
import type { KubeObject } from '../../registry/object.js';
import { userInfoJson } from '../identities.js';

/**
 * The answer to `POST …/selfsubjectreviews`, whatever was sent
 * (Go: pkg/registry/authentication/selfsubjectreview).
 * @param now milliseconds since the epoch
 */
export function selfSubjectReview(user: UserInfo, now: number): KubeObject {
  return {
    kind: 'SelfSubjectReview',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { creationTimestamp: formatTime(now) },
    status: { userInfo: userInfoJson(user) },
  };
}
