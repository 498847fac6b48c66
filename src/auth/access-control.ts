import { parseFieldSelector, type FieldRequirement } from '../apimachinery/field-selector.js';
import { StatusError } from '../apimachinery/status.js';
import type { UserInfo } from '../apimachinery/user-info.js';
import type { AuditRecord } from './audit/event.js';
import type { Attributes } from './authorization/attributes.js';
import type { Authorizer } from './authorization/authorizer.js';
import { forbidden } from './authorization/forbidden.js';
import { impersonatedUser, Impersonation, mentionsImpersonation } from './impersonation.js';

/** What a URL and a method mean, as far as rights go. */
export interface RequestFacts {
  readonly isResourceRequest: boolean;
  readonly path: string;
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
}

/** A request whose sender is known. */
export interface AccessRequest {
  readonly user: UserInfo;
  readonly facts: RequestFacts;
  /** The `fieldSelector` of the query. */
  readonly fieldSelector?: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  /** `[name, value, …]` as received. */
  readonly rawHeaders: readonly string[];
}

/** The attributes that authorizers and the audit policy see. */
export function attributesOf(user: UserInfo, facts: RequestFacts, fieldSelector?: string): Attributes {
  return {
    user,
    verb: facts.verb,
    isResourceRequest: facts.isResourceRequest,
    namespace: facts.namespace,
    group: facts.group,
    version: facts.version,
    resource: facts.resource,
    subresource: facts.subresource,
    name: facts.name,
    path: facts.path,
    fieldSelector: fieldSelector === undefined || fieldSelector === '' ? undefined : () => requirementsOf(fieldSelector),
  };
}

/** The terms of a field selector. One that can't be parsed gives no rights; its request fails later, with its own message. */
export function requirementsOf(fieldSelector: string): readonly FieldRequirement[] {
  try {
    return parseFieldSelector(fieldSelector).requirements;
  } catch (error) {
    if (error instanceof StatusError) return [];
    throw error;
  }
}

/** Impersonation and authorization, in the order of the real server's filters. */
export class AccessControl {
  private readonly impersonation: Impersonation;

  constructor(readonly authorizer: Authorizer) {
    this.impersonation = new Impersonation(authorizer);
  }

  /** Whom the request acts as from here on. Throws 400 for odd headers and 403 for what isn't allowed. */
  admit(request: AccessRequest, audit?: AuditRecord): UserInfo {
    let attributes = attributesOf(request.user, request.facts, request.fieldSelector);
    const wanted = mentionsImpersonation(request.headers) ? impersonatedUser(request.rawHeaders) : undefined;
    if (wanted !== undefined) {
      const { user, constraint } = this.impersonation.impersonate(wanted, attributes);
      audit?.actsAs(user, constraint);
      attributes = { ...attributes, user };
    }
    const verdict = this.authorizer.authorize(attributes);
    const allowed = verdict.decision === 'allow';
    audit?.authorized(allowed, verdict.reason);
    if (!allowed) throw forbidden(attributes, verdict.reason);
    return attributes.user;
  }

  /** Throws the 403 of a request without impersonation, or of a second verb on one: `create` for a PUT of what is missing. */
  demand(user: UserInfo, facts: RequestFacts, fieldSelector?: string, audit?: AuditRecord): void {
    const attributes = attributesOf(user, facts, fieldSelector);
    const { decision, reason } = this.authorizer.authorize(attributes);
    audit?.authorized(decision === 'allow', reason);
    if (decision !== 'allow') throw forbidden(attributes, reason);
  }
}
