import { goQuote } from '../apimachinery/field-error.js';
import { FieldPath } from '../apimachinery/field-path.js';
import { receivedHeader } from '../apimachinery/header-text.js';
import { badRequest, StatusError } from '../apimachinery/status.js';
import type { UserInfo } from '../apimachinery/user-info.js';
import { isDomainPrefixedPath } from '../apimachinery/validation/paths.js';
import { aggregateText } from './aggregate.js';
import type { Attributes } from './authorization/attributes.js';
import { resourceAttributes } from './authorization/attributes.js';
import type { Authorizer } from './authorization/authorizer.js';
import { forbidden } from './authorization/forbidden.js';
import {
  ANONYMOUS_USER,
  extraOf,
  GROUP_AUTHENTICATED,
  GROUP_MASTERS,
  GROUP_NODES,
  GROUP_UNAUTHENTICATED,
  NO_EXTRA,
  parseNodeUsername,
  parseServiceAccountUsername,
  serviceAccountGroups,
} from './identities.js';
import { quoteList } from './rbac/policy-rule.js';

const PREFIX = 'impersonate-';
const EXTRA_PREFIX = 'impersonate-extra-';
const AUTHENTICATION_GROUP = 'authentication.k8s.io';

/** True if a header asks for impersonation: a cheap test for the path of every request. */
export function mentionsImpersonation(headers: Readonly<Record<string, unknown>>): boolean {
  for (const name in headers) if (name.startsWith(PREFIX)) return true;
  return false;
}

/**
 * Whom the Impersonate-* headers ask for; undefined if nobody.
 * Throws 400 where they name groups, a uid or extra values but no user.
 * @param rawHeaders `[name, value, …]` as received
 */
export function impersonatedUser(rawHeaders: readonly string[]): UserInfo | undefined {
  let name: string | undefined;
  let uid: string | undefined;
  const groups: string[] = [];
  const extra = new Map<string, string[]>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const header = (rawHeaders[i] ?? '').toLowerCase();
    if (!header.startsWith(PREFIX)) continue;
    const value = receivedHeader(rawHeaders[i + 1] ?? '');
    if (header === 'impersonate-user') name ??= value;
    else if (header === 'impersonate-uid') uid ??= value;
    else if (header === 'impersonate-group') groups.push(value);
    else if (header.startsWith(EXTRA_PREFIX)) {
      const key = unescapeKey(header.slice(EXTRA_PREFIX.length));
      const values = extra.get(key);
      if (values === undefined) extra.set(key, [value]);
      else values.push(value);
    }
  }
  const wanted = { name: name ?? '', uid: uid ?? '', groups, extra: extra.size === 0 ? NO_EXTRA : extraOf(extra) };
  if (wanted.name !== '') return wanted;
  if (wanted.uid === '' && groups.length === 0 && extra.size === 0) return undefined;
  throw badRequest(`requested ${goSyntax(wanted)} without impersonating a user name`);
}

function unescapeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

/** A user as Go's %#v prints it. */
function goSyntax({ name, uid, groups, extra }: UserInfo): string {
  const list = (values: readonly string[]): string =>
    values.length === 0 ? '[]string(nil)' : `[]string{${values.map(goQuote).join(', ')}}`;
  const keys = Object.keys(extra).sort();
  const map = keys.map((key) => `${goQuote(key)}:${list(extra[key] ?? [])}`).join(', ');
  const extraText = keys.length === 0 ? 'map[string][]string(nil)' : `map[string][]string{${map}}`;
  return `&user.DefaultInfo{Name:${goQuote(name)}, UID:${goQuote(uid)}, Groups:${list(groups)}, Extra:${extraText}}`;
}

/** An impersonation that was granted. */
export interface Impersonated {
  readonly user: UserInfo;
  /** The constrained verb by which it was, for the audit trail; empty for the classic one. */
  readonly constraint: string;
}

/** Callers whose last successful mode is remembered. */
const MODES_REMEMBERED = 10_000;
/** With more groups or extra values than this, a grant on `*` is tried first. */
const MANY = 4;

/**
 * Acting as somebody else (Go: apiserver/pkg/endpoints/filters/impersonation,
 * KEP-5284). The constrained modes grant it for certain requests only, with
 * verbs such as `impersonate:user-info` and `impersonate-on:user-info:list`;
 * the classic mode for all, with the verb `impersonate`. The mode that last
 * worked for a caller is tried first, and its refusal is the one that shows.
 * Unlike the real server, grants are not remembered for ten seconds.
 */
export class Impersonation {
  private readonly lastMode = new Map<string, Mode>();
  private readonly modes: readonly Mode[];

  constructor(authorizer: Authorizer) {
    this.modes = [
      new ConstrainedMode(authorizer, 'associated-node', (wanted, requestor) => onlyName(wanted) && runsOnNode(requestor, wanted.name)),
      new ConstrainedMode(authorizer, 'arbitrary-node', (wanted) => onlyName(wanted) && parseNodeUsername(wanted.name) !== undefined),
      new ConstrainedMode(
        authorizer,
        'serviceaccount',
        (wanted) => onlyName(wanted) && parseServiceAccountUsername(wanted.name) !== undefined,
      ),
      new ConstrainedMode(
        authorizer,
        'user-info',
        (wanted) => parseNodeUsername(wanted.name) === undefined && parseServiceAccountUsername(wanted.name) === undefined,
      ),
      new ClassicMode(authorizer),
    ];
  }

  /**
   * Throws the 403 of the first mode that refused.
   * @param attributes the request as its real sender makes it
   */
  impersonate(wanted: UserInfo, attributes: Attributes): Impersonated {
    const caller = attributes.user.name;
    const preferred = this.lastMode.get(caller);
    let refusal: StatusError | undefined;
    for (const mode of preferred === undefined ? this.modes : [preferred, ...this.modes.filter((other) => other !== preferred)]) {
      try {
        const impersonated = mode.check(wanted, attributes);
        if (impersonated === undefined) continue;
        if (mode !== preferred) this.remember(caller, mode);
        return impersonated;
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        refusal ??= error;
      }
    }
    throw refusal ?? forbidden(attributes, 'all impersonation modes failed');
  }

  private remember(caller: string, mode: Mode): void {
    this.lastMode.delete(caller);
    if (this.lastMode.size >= MODES_REMEMBERED) {
      const [oldest] = this.lastMode.keys();
      if (oldest !== undefined) this.lastMode.delete(oldest);
    }
    this.lastMode.set(caller, mode);
  }
}

interface Mode {
  /** undefined if the mode isn't meant for this user; throws the 403. */
  check(wanted: UserInfo, attributes: Attributes): Impersonated | undefined;
}

class ClassicMode implements Mode {
  private readonly checks: UserChecks;

  constructor(authorizer: Authorizer) {
    this.checks = new UserChecks(authorizer, 'impersonate', '', false);
  }

  check(wanted: UserInfo, { user }: Attributes): Impersonated {
    return { user: this.checks.check(wanted, user), constraint: '' };
  }
}

class ConstrainedMode implements Mode {
  private readonly verb: string;
  private readonly checks: UserChecks;

  constructor(
    private readonly authorizer: Authorizer,
    private readonly name: string,
    private readonly applies: (wanted: UserInfo, requestor: UserInfo) => boolean,
  ) {
    this.verb = `impersonate:${name}`;
    this.checks = new UserChecks(authorizer, this.verb, AUTHENTICATION_GROUP, true);
  }

  check(wanted: UserInfo, attributes: Attributes): Impersonated | undefined {
    if (!this.applies(wanted, attributes.user)) return undefined;
    demand(this.authorizer, { ...attributes, verb: `impersonate-on:${this.name}:${attributes.verb}` });
    return { user: this.checks.check(wanted, attributes.user), constraint: this.verb };
  }
}

/** The grants that a requestor needs for each part of the wanted user. */
class UserChecks {
  constructor(
    private readonly authorizer: Authorizer,
    private readonly verb: string,
    /** API group of users, groups, service accounts and nodes. */
    private readonly group: string,
    private readonly constrained: boolean,
  ) {}

  /** Returns whom the request then acts as; throws the 403. */
  check(wanted: UserInfo, requestor: UserInfo): UserInfo {
    const groups = this.username(wanted, requestor);
    if (wanted.uid !== '') this.demand(requestor, AUTHENTICATION_GROUP, 'uids', wanted.uid);
    this.groups(wanted, requestor);
    this.extra(wanted, requestor);
    return { name: wanted.name, uid: wanted.uid, groups: complete(wanted.name, groups), extra: wanted.extra };
  }

  /** Returns the groups that come with the name. */
  private username({ name, groups }: UserInfo, requestor: UserInfo): readonly string[] {
    const node = this.constrained ? parseNodeUsername(name) : undefined;
    const account = parseServiceAccountUsername(name);
    if (node !== undefined) {
      const attributes = this.attributes(requestor, this.group, 'nodes', this.verb === 'impersonate:associated-node' ? '*' : node);
      if (groups.length > 0) throw forbidden(attributes, `when impersonating a node, cannot impersonate groups ${quoteList(groups)}`);
      demand(this.authorizer, attributes);
      return [GROUP_NODES];
    }
    if (account !== undefined) {
      const attributes = { ...this.attributes(requestor, this.group, 'serviceaccounts', account.name), namespace: account.namespace };
      if (this.constrained && groups.length > 0) {
        throw forbidden(attributes, `when impersonating a service account, cannot impersonate groups ${quoteList(groups)}`);
      }
      demand(this.authorizer, attributes);
      return groups.length === 0 ? serviceAccountGroups(account.namespace) : groups;
    }
    this.demand(requestor, this.group, 'users', name);
    return groups;
  }

  private groups({ groups }: UserInfo, requestor: UserInfo): void {
    if (groups.length === 0) return;
    if (this.constrained) {
      if (groups.includes('')) {
        throw forbidden(this.attributes(requestor, this.group, 'groups', ''), 'impersonating the empty string group is not allowed');
      }
      if (groups.includes(GROUP_MASTERS)) {
        throw forbidden(
          this.attributes(requestor, this.group, 'groups', GROUP_MASTERS),
          'impersonating the system:masters group is not allowed',
        );
      }
      if (groups.length >= MANY && this.allowed(this.attributes(requestor, this.group, 'groups', '*'))) return;
    }
    for (const group of groups) this.demand(requestor, this.group, 'groups', group);
  }

  private extra({ extra }: UserInfo, requestor: UserInfo): void {
    const entries = Object.entries(extra);
    if (entries.length === 0) return;
    const attributes = this.attributes(requestor, AUTHENTICATION_GROUP, 'userextras', '');
    if (this.constrained) {
      const fault = extraFault(entries);
      if (fault !== undefined) throw forbidden(attributes, fault);
      const many = entries.length >= MANY || entries.reduce((count, [, values]) => count + values.length, 0) >= MANY;
      if (many && this.allowed({ ...attributes, subresource: '*', name: '*' })) return;
    }
    for (const [subresource, values] of entries) for (const name of values) demand(this.authorizer, { ...attributes, subresource, name });
  }

  private attributes(requestor: UserInfo, group: string, resource: string, name: string): Attributes {
    return resourceAttributes(requestor, { verb: this.verb, group, version: 'v1', resource, name });
  }

  private demand(requestor: UserInfo, group: string, resource: string, name: string): void {
    demand(this.authorizer, this.attributes(requestor, group, resource, name));
  }

  private allowed(attributes: Attributes): boolean {
    return this.authorizer.authorize(attributes).decision === 'allow';
  }
}

function demand(authorizer: Authorizer, attributes: Attributes): void {
  const { decision, reason } = authorizer.authorize(attributes);
  if (decision !== 'allow') throw forbidden(attributes, reason);
}

const EXTRA_KEY = FieldPath.of('extra', 'key');

function extraFault(entries: readonly (readonly [string, readonly string[]])[]): string | undefined {
  for (const [key, values] of entries) {
    if (key === '') return 'impersonating the empty string key in extra is not allowed';
    const errors = isDomainPrefixedPath(EXTRA_KEY, key);
    if (errors.length > 0) return `impersonating an invalid key in extra is not allowed: ${aggregateText(errors.map(String))}`;
    if (key !== key.toLowerCase()) return `impersonating a non-lowercase key in extra is not allowed: ${goQuote(key)}`;
    if (values.length === 0) return 'impersonating empty values in extra is not allowed';
    if (values.includes('')) return 'impersonating the empty string value in extra is not allowed';
  }
  return undefined;
}

/** The groups with `system:authenticated` or its opposite, as they fit the user. */
function complete(name: string, groups: readonly string[]): readonly string[] {
  const own = name === ANONYMOUS_USER ? GROUP_UNAUTHENTICATED : groups.includes(GROUP_UNAUTHENTICATED) ? undefined : GROUP_AUTHENTICATED;
  return own === undefined || groups.includes(own) ? groups : [...groups, own];
}

function onlyName({ uid, groups, extra }: UserInfo): boolean {
  return uid === '' && groups.length === 0 && Object.keys(extra).length === 0;
}

/** Whether the requestor is a service account whose token is bound to a pod on that node. */
function runsOnNode(requestor: UserInfo, nodeUsername: string): boolean {
  const node = parseNodeUsername(nodeUsername);
  if (node === undefined || parseServiceAccountUsername(requestor.name) === undefined) return false;
  const names = requestor.extra['authentication.kubernetes.io/node-name'] ?? [];
  return names.length === 1 && names[0] === node;
}
