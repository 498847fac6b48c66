import type { UserInfo } from '../../apimachinery/user-info.js';
import { GROUP_MASTERS } from '../identities.js';
import type { PolicyRule } from '../rbac/policy-rule.js';
import type { Attributes } from './attributes.js';

/** `none` leaves it to the next authorizer; if none allows, the request is forbidden. */
export type Decision = 'allow' | 'deny' | 'none';

export interface Verdict {
  readonly decision: Decision;
  /** Why; appended to 403 texts and told to the audit trail. May be empty. */
  readonly reason: string;
}

/** Decides from memory: authorization is on the path of every request. */
export interface Authorizer {
  authorize(attributes: Attributes): Verdict;
  /** What a user may do in a namespace, for SelfSubjectRulesReview. */
  rulesFor(user: UserInfo, namespace: string): UserRules;
}

/** Rules of a user, as far as they can be listed. */
export interface UserRules {
  readonly rules: readonly PolicyRule[];
  /** There may be further rights that no rule tells of. */
  readonly incomplete: boolean;
  readonly errors: readonly string[];
}

export const ALLOWED: Verdict = Object.freeze({ decision: 'allow', reason: '' });
export const NO_OPINION: Verdict = Object.freeze({ decision: 'none', reason: '' });

/** No opinion, with the reason that a 403 will give. */
export function noOpinion(reason: string): Verdict {
  return reason === '' ? NO_OPINION : { decision: 'none', reason };
}

const NO_RULES: UserRules = Object.freeze({ rules: [], incomplete: false, errors: [] });

/** Members of system:masters may do everything; they can't be locked out. */
export class PrivilegedGroup implements Authorizer {
  constructor(private readonly group = GROUP_MASTERS) {}

  authorize({ user }: Attributes): Verdict {
    return user.groups.includes(this.group) ? ALLOWED : NO_OPINION;
  }

  /** As in the real server, privilege shows in no rule. */
  rulesFor(): UserRules {
    return NO_RULES;
  }
}

/** `--authorization-mode=AlwaysAllow`. */
export class AlwaysAllow implements Authorizer {
  authorize(): Verdict {
    return ALLOWED;
  }

  rulesFor(): UserRules {
    return {
      rules: [
        { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
        { verbs: ['*'], nonResourceURLs: ['*'] },
      ],
      incomplete: false,
      errors: [],
    };
  }
}

/** `--authorization-mode=AlwaysDeny`. */
export class AlwaysDeny implements Authorizer {
  authorize(): Verdict {
    return { decision: 'none', reason: 'Everything is forbidden.' };
  }

  rulesFor(): UserRules {
    return NO_RULES;
  }
}

/** Asks in order; the first that allows or denies decides (Go: authorization/union). */
export class AuthorizerChain implements Authorizer {
  constructor(private readonly authorizers: readonly Authorizer[]) {}

  authorize(attributes: Attributes): Verdict {
    let reason = '';
    for (const authorizer of this.authorizers) {
      const verdict = authorizer.authorize(attributes);
      if (verdict.decision !== 'none') return verdict;
      if (verdict.reason !== '') reason = reason === '' ? verdict.reason : `${reason}\n${verdict.reason}`;
    }
    return noOpinion(reason);
  }

  rulesFor(user: UserInfo, namespace: string): UserRules {
    const all = this.authorizers.map((authorizer) => authorizer.rulesFor(user, namespace));
    return {
      rules: all.flatMap(({ rules }) => rules),
      incomplete: all.some(({ incomplete }) => incomplete),
      errors: all.flatMap(({ errors }) => errors),
    };
  }
}
