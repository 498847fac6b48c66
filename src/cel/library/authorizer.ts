import { validateNamespaceName, validateServiceAccountName } from '../../apimachinery/validation/names.js';
import { member, type Library } from '../types/functions.js';
import { BOOL, STRING, structType, type CelType } from '../types/type.js';
import { CelError, CelObject, noSuchOverload, type CelValue } from '../values/value.js';

export const AUTHORIZER = structType('kubernetes.authorization.Authorizer');
const PATH_CHECK = structType('kubernetes.authorization.PathCheck');
const GROUP_CHECK = structType('kubernetes.authorization.GroupCheck');
export const RESOURCE_CHECK = structType('kubernetes.authorization.ResourceCheck');
const DECISION = structType('kubernetes.authorization.Decision');
export const AUTHORIZATION_TYPES: readonly CelType[] = [AUTHORIZER, PATH_CHECK, GROUP_CHECK, RESOURCE_CHECK, DECISION];

/** What an expression may ask about a path or a resource. */
export interface AccessQuestion {
  readonly verb: string;
  /** Asks about a path that is no resource's. */
  readonly path?: string;
  readonly resource?: ResourceQuestion;
  /** Asks for this service account instead of the request's user. */
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
}

export interface ResourceQuestion {
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly fieldSelector: string;
  readonly labelSelector: string;
}

export interface AccessAnswer {
  readonly allowed: boolean;
  readonly reason: string;
  /** Why nobody could decide, if so. */
  readonly error?: string;
}

/** Answers what expressions ask about rights. */
export type AskAccess = (question: AccessQuestion) => AccessAnswer;

/** Values that can only be called upon. */
abstract class Receiver extends CelObject {
  equals(other: CelValue): CelValue {
    return this === other ? true : noSuchOverload(other);
  }
}

export class AuthorizerValue extends Receiver {
  override readonly type = AUTHORIZER;

  constructor(
    readonly ask: AskAccess,
    readonly serviceAccount?: AccessQuestion['serviceAccount'],
  ) {
    super();
  }

  decide(question: AccessQuestion): DecisionValue {
    const { serviceAccount } = this;
    return new DecisionValue(this.ask(serviceAccount === undefined ? question : { ...question, serviceAccount }));
  }
}

class PathCheckValue extends Receiver {
  override readonly type = PATH_CHECK;

  constructor(
    readonly authorizer: AuthorizerValue,
    readonly path: string,
  ) {
    super();
  }
}

class GroupCheckValue extends Receiver {
  override readonly type = GROUP_CHECK;

  constructor(
    readonly authorizer: AuthorizerValue,
    readonly group: string,
  ) {
    super();
  }
}

const ANYTHING = { subresource: '', namespace: '', name: '', fieldSelector: '', labelSelector: '' } as const;

export class ResourceCheckValue extends Receiver {
  override readonly type = RESOURCE_CHECK;

  constructor(
    readonly authorizer: AuthorizerValue,
    readonly resource: ResourceQuestion,
  ) {
    super();
  }

  with(part: Partial<ResourceQuestion>): ResourceCheckValue {
    return new ResourceCheckValue(this.authorizer, { ...this.resource, ...part });
  }
}

class DecisionValue extends Receiver {
  override readonly type = DECISION;

  constructor(readonly answer: AccessAnswer) {
    super();
  }
}

function serviceAccount(authorizer: CelValue, namespace: CelValue, name: CelValue): CelValue {
  if (validateServiceAccountName(name as string, false).length > 0) return new CelError('Invalid service account name');
  if (validateNamespaceName(namespace as string, false).length > 0) return new CelError('Invalid service account namespace');
  return new AuthorizerValue((authorizer as AuthorizerValue).ask, { namespace: namespace as string, name: name as string });
}

function path(authorizer: CelValue, text: CelValue): CelValue {
  if ((text as string).trim() === '') return new CelError('path must not be empty');
  return new PathCheckValue(authorizer as AuthorizerValue, text as string);
}

function resource(check: CelValue, name: CelValue): CelValue {
  if ((name as string).trim() === '') return new CelError('resource must not be empty');
  const { authorizer, group } = check as GroupCheckValue;
  return new ResourceCheckValue(authorizer, { group, resource: name as string, ...ANYTHING });
}

function narrowed(id: string, field: keyof ResourceQuestion): Library[string] {
  return [
    member(id, [RESOURCE_CHECK, STRING], RESOURCE_CHECK, (check, text) => (check as ResourceCheckValue).with({ [field]: text as string })),
  ];
}

function answer(decision: CelValue | undefined): AccessAnswer {
  return (decision as DecisionValue).answer;
}

/** Kubernetes' functions for authorization checks (Go: library.Authz and AuthzSelectors). */
export const AUTHORIZATION: Library = {
  path: [member('authorizer_path', [AUTHORIZER, STRING], PATH_CHECK, path)],
  group: [
    member(
      'authorizer_group',
      [AUTHORIZER, STRING],
      GROUP_CHECK,
      (authorizer, group) => new GroupCheckValue(authorizer as AuthorizerValue, group as string),
    ),
  ],
  serviceAccount: [member('authorizer_serviceaccount', [AUTHORIZER, STRING, STRING], AUTHORIZER, serviceAccount)],
  resource: [member('groupcheck_resource', [GROUP_CHECK, STRING], RESOURCE_CHECK, resource)],
  subresource: narrowed('resourcecheck_subresource', 'subresource'),
  namespace: narrowed('resourcecheck_namespace', 'namespace'),
  name: narrowed('resourcecheck_name', 'name'),
  fieldSelector: narrowed('authorizer_fieldselector', 'fieldSelector'),
  labelSelector: narrowed('authorizer_labelselector', 'labelSelector'),
  check: [
    member('pathcheck_check', [PATH_CHECK, STRING], DECISION, (check, verb) => {
      const { authorizer, path: checked } = check as PathCheckValue;
      return authorizer.decide({ verb: verb as string, path: checked });
    }),
    member('resourcecheck_check', [RESOURCE_CHECK, STRING], DECISION, (check, verb) => {
      const { authorizer, resource: checked } = check as ResourceCheckValue;
      return authorizer.decide({ verb: verb as string, resource: checked });
    }),
  ],
  errored: [member('decision_errored', [DECISION], BOOL, (decision) => answer(decision).error !== undefined)],
  error: [member('decision_error', [DECISION], STRING, (decision) => answer(decision).error ?? '')],
  allowed: [member('decision_allowed', [DECISION], BOOL, (decision) => answer(decision).allowed)],
  reason: [member('decision_reason', [DECISION], STRING, (decision) => answer(decision).reason)],
};
