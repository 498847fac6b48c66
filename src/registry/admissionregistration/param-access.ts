import { parseApiVersion } from '../../apimachinery/group-version.js';
import { goQuote } from '../../apimachinery/field-error.js';
import type { UserInfo } from '../../apimachinery/user-info.js';
import { resourceAttributes } from '../../auth/authorization/attributes.js';
import type { ParamKind, ParamRef } from '../../schema/generated/admissionregistration-v1.js';
import type { BehaviourEnvironment } from '../behaviour.js';

const MASTERS = 'system:masters';

/** Which resources a kind of parameters stands for; what can't be told is `*`. */
interface Target {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly resolved: boolean;
}

function targetOf(paramKind: ParamKind | undefined, environment: BehaviourEnvironment): Target {
  const parsed = paramKind === undefined ? undefined : parseApiVersion(paramKind.apiVersion ?? '');
  if (parsed === undefined) return { group: '*', version: '*', resource: '*', resolved: paramKind === undefined };
  const resource = environment.definitionOf({ ...parsed, kind: paramKind?.kind ?? '' })?.resource;
  return { ...parsed, resource: resource ?? '*', resolved: resource !== undefined };
}

/** Whoever writes a policy must be able to read all possible parameters; the reason if not (Go: …/validatingadmissionpolicy/authz.go). */
export function paramKindRefusal(paramKind: ParamKind, user: UserInfo, environment: BehaviourEnvironment): string | undefined {
  if (user.groups.includes(MASTERS)) return undefined;
  const { group, version, resource } = targetOf(paramKind, environment);
  const attributes = resourceAttributes(user, { verb: 'get', name: '*', namespace: '*', group, version, resource });
  if (environment.access().authorizer.authorize(attributes).decision === 'allow') return undefined;
  const { kind = '', apiVersion = '' } = paramKind;
  return `user ${goUser(user)} must have "get" permission on all objects of the referenced paramKind (kind=${kind}, apiVersion=${apiVersion})`;
}

/** What is known of the policy that a binding names: undefined if it doesn't exist. */
export type BoundPolicy = { readonly paramKind: ParamKind | undefined } | undefined;

/**
 * Whoever binds a policy to parameters must be able to read them; the reason if
 * not (Go: …/validatingadmissionpolicybinding/authz.go).
 * @param mutating of such bindings the real server tells user and verb the wrong way round
 */
export function paramRefRefusal(
  binding: { readonly policyName: string; readonly paramRef: ParamRef; readonly policy: BoundPolicy; readonly mutating: boolean },
  user: UserInfo,
  environment: BehaviourEnvironment,
): string | undefined {
  if (user.groups.includes(MASTERS)) return undefined;
  const { policy, paramRef, policyName, mutating } = binding;
  const { group, version, resource, resolved } = targetOf(policy?.paramKind, environment);
  const { name = '', namespace } = paramRef;
  const verb = name === '' ? 'list' : 'get';
  const attributes = resourceAttributes(user, { verb, name, namespace, group, version, resource });
  if (environment.access().authorizer.authorize(attributes).decision === 'allow') return undefined;
  const who = goUser(user);
  const everything = `to determine minimum required permissions and user ${who} does not have ${goQuote(verb)} permission for all groups, versions and resources`;
  if (policy === undefined) return `unable to get policy ${policyName} ${everything}`;
  if (!resolved)
    return `unable to resolve paramKind &{${policy.paramKind?.apiVersion ?? ''} ${policy.paramKind?.kind ?? ''}} ${everything}`;
  return mutating
    ? `user ${verb} does not have "${who}" permission on the object referenced by paramRef`
    : `user ${who} does not have ${goQuote(verb)} permission on the object referenced by paramRef`;
}

/** A user as Go's `%v` prints a pointer to user.DefaultInfo. */
function goUser({ name, uid, groups, extra }: UserInfo): string {
  const entries = Object.entries(extra)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, values]) => `${key}:[${values.join(' ')}]`);
  return `&{${name} ${uid} [${groups.join(' ')}] map[${entries.join(' ')}]}`;
}
