import { badRequest } from '../../apimachinery/status.js';
import type { UserInfo } from '../../apimachinery/user-info.js';
import type { KubeObject } from '../../registry/object.js';
import { pathAttributes, resourceAttributes, type Attributes } from '../authorization/attributes.js';
import type { Authorizer } from '../authorization/authorizer.js';
import { extraOf } from '../identities.js';
import { fieldRequirements, labelRequirements, type ParsedSelector, type SelectorAttributes } from './access-selectors.js';
import { validateAccessReview } from './access-validation.js';

/** spec of SubjectAccessReview and its kin (authorization.k8s.io/v1). */
export interface AccessReviewSpec {
  readonly resourceAttributes?:
    | {
        readonly namespace?: string | undefined;
        readonly verb?: string | undefined;
        readonly group?: string | undefined;
        readonly version?: string | undefined;
        readonly resource?: string | undefined;
        readonly subresource?: string | undefined;
        readonly name?: string | undefined;
        readonly fieldSelector?: SelectorAttributes | undefined;
        readonly labelSelector?: SelectorAttributes | undefined;
      }
    | undefined;
  readonly nonResourceAttributes?: { readonly path?: string | undefined; readonly verb?: string | undefined } | undefined;
  readonly user?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly extra?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly uid?: string | undefined;
}

/** SubjectAccessReview, SelfSubjectAccessReview or LocalSubjectAccessReview. */
export interface AccessReview extends KubeObject {
  spec: AccessReviewSpec;
}

/** Answers `POST …/subjectaccessreviews`: sets the status of `review`, which the caller owns. Throws 422. */
export function reviewSubjectAccess<T extends AccessReview>(review: T, authorizer: Authorizer): T {
  validateAccessReview(review, 'SubjectAccessReview');
  return decide(review, subjectOf(review.spec), authorizer);
}

/** Answers `POST …/selfsubjectaccessreviews` for the user who asks. Throws 422. */
export function reviewSelfAccess<T extends AccessReview>(review: T, user: UserInfo, authorizer: Authorizer): T {
  validateAccessReview(review, 'SelfSubjectAccessReview');
  return decide(review, user, authorizer);
}

/** Answers `POST …/namespaces/NS/localsubjectaccessreviews`. Throws 422, or 400 for another namespace. */
export function reviewLocalAccess<T extends AccessReview>(review: T, namespace: string, authorizer: Authorizer): T {
  validateAccessReview(review, 'LocalSubjectAccessReview');
  if (namespace === '') throw badRequest('namespace is required on this type: ');
  if (namespace !== (review.metadata.namespace ?? ''))
    throw badRequest(`spec.resourceAttributes.namespace must match namespace: ${namespace}`);
  return decide(review, subjectOf(review.spec), authorizer);
}

function subjectOf({ user = '', groups = [], extra = {}, uid = '' }: AccessReviewSpec): UserInfo {
  return { name: user, uid, groups, extra: extraOf(Object.entries(extra)) };
}

function decide<T extends AccessReview>(review: T, user: UserInfo, authorizer: Authorizer): T {
  const { attributes, faults } = attributesOf(review.spec, user);
  const { decision, reason } = authorizer.authorize(attributes);
  const status: Record<string, unknown> = { allowed: decision === 'allow' };
  if (decision === 'deny') status['denied'] = true;
  if (reason !== '') status['reason'] = reason;
  if (faults.length > 0) status['evaluationError'] = faults.join('; ');
  review.status = status;
  return review;
}

function attributesOf(spec: AccessReviewSpec, user: UserInfo): { readonly attributes: Attributes; readonly faults: readonly string[] } {
  const resource = spec.resourceAttributes;
  if (!resource)
    return { attributes: pathAttributes(user, spec.nonResourceAttributes?.verb ?? '', spec.nonResourceAttributes?.path ?? ''), faults: [] };
  const fields = resource.fieldSelector && fieldRequirements(resource.fieldSelector);
  const labels = resource.labelSelector && labelRequirements(resource.labelSelector);
  const attributes = resourceAttributes(user, {
    verb: resource.verb ?? '',
    namespace: resource.namespace,
    group: resource.group,
    version: resource.version ? resource.version : '*',
    resource: resource.resource ?? '',
    subresource: resource.subresource,
    name: resource.name,
    fieldSelector: fields && (() => fields.requirements),
  });
  return { attributes, faults: [...faultOf('fieldSelector', fields), ...faultOf('labelSelector', labels)] };
}

function faultOf(name: string, selector: ParsedSelector<unknown> | undefined): string[] {
  if (selector?.faulty !== true) return [];
  return [`spec.resourceAttributes.${name} ${selector.requirements.length > 0 ? 'partially ' : ''}ignored due to parse error`];
}
