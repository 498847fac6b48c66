import type { FieldRequirement } from '../../apimachinery/field-selector.js';
import type { UserInfo } from '../../apimachinery/user-info.js';

/** What is asked of an authorizer (Go: apiserver/pkg/authorization/authorizer.Attributes). */
export interface Attributes {
  readonly user: UserInfo;
  /** For a plain path, the method in lower case. */
  readonly verb: string;
  readonly isResourceRequest: boolean;
  readonly namespace: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
  /** Only of requests that are not for resources. */
  readonly path: string;
  /** The terms of the field selector; only the node authorizer asks for them. */
  readonly fieldSelector?: (() => readonly FieldRequirement[]) | undefined;
}

/** What a request for a resource asks; what isn't given is empty, the version any. */
export interface ResourceQuestion {
  readonly verb: string;
  readonly resource: string;
  readonly namespace?: string | undefined;
  readonly group?: string | undefined;
  readonly version?: string | undefined;
  readonly subresource?: string | undefined;
  readonly name?: string | undefined;
  readonly fieldSelector?: Attributes['fieldSelector'];
}

/** Attributes of a request for a resource. */
export function resourceAttributes(user: UserInfo, request: ResourceQuestion): Attributes {
  return {
    user,
    verb: request.verb,
    isResourceRequest: true,
    namespace: request.namespace ?? '',
    group: request.group ?? '',
    version: request.version ?? '*',
    resource: request.resource,
    subresource: request.subresource ?? '',
    name: request.name ?? '',
    path: '',
    fieldSelector: request.fieldSelector,
  };
}

/** Attributes of a request for a plain path. */
export function pathAttributes(user: UserInfo, verb: string, path: string): Attributes {
  return { user, verb, isResourceRequest: false, namespace: '', group: '', version: '', resource: '', subresource: '', name: '', path };
}
