import { goQuote } from '../../apimachinery/field-error.js';
import { badRequest, notFoundError, plainError, type StatusError } from '../../apimachinery/status.js';
import type { UserInfo } from '../../apimachinery/user-info.js';
import { serviceAccountUsername } from '../identities.js';
import type { BindingObject, PolicyRule, RoleObject, RoleRef, Subject } from './policy-rule.js';

/** The resources of rbac.authorization.k8s.io. */
export type RbacResource = 'roles' | 'clusterroles' | 'rolebindings' | 'clusterrolebindings';

/** A binding that applies to a user, and the subject by which it does. */
export interface Grant {
  readonly binding: BindingObject;
  readonly subject: Subject;
}

/** A roleRef that leads nowhere. */
export class DanglingReference {
  /** @param namespace the binding's; empty for cluster-wide ones */
  constructor(
    readonly kind: string,
    readonly name: string,
    private readonly namespace: string,
  ) {}

  /** `clusterroles`, `roles`, or undefined for a kind that is no role's. */
  get resource(): 'roles' | 'clusterroles' | undefined {
    return this.kind === 'Role' ? 'roles' : this.kind === 'ClusterRole' ? 'clusterroles' : undefined;
  }

  /** The text that refusals show: its authors wrote the resource in the singular. */
  get authorizerText(): string {
    const { resource } = this;
    return resource === undefined ? this.unsupported : `${resource.slice(0, -1)}.${RBAC_GROUP} ${goQuote(this.name)} not found`;
  }

  /**
   * The error of the escalation check, which asks the registry; that one names
   * the resource of the request, whatever it looked for.
   */
  registryError(requested: RbacResource): StatusError {
    if (this.resource === undefined) return plainError(500, this.unsupported);
    if (this.resource === 'roles' && this.namespace === '') return badRequest('Namespace parameter required.');
    return notFoundError({ group: RBAC_GROUP, resource: requested }, this.name);
  }

  private get unsupported(): string {
    return `unsupported role reference kind: ${goQuote(this.kind)}`;
  }
}

/** The API group of roles and bindings. */
export const RBAC_GROUP = 'rbac.authorization.k8s.io';

/**
 * All roles and bindings, kept current by whoever watches them: `put` for every
 * object of the initial lists and every ADDED or MODIFIED event, `remove` for
 * DELETED ones. Finds the bindings of a user without looking at the others.
 */
export class RbacIndex {
  private readonly roles = new Map<string, RoleObject>();
  private readonly bindings = new Map<string, BindingObject>();
  private readonly cluster = new SubjectIndex();
  private readonly namespaces = new Map<string, SubjectIndex>();
  private clusterRoleChanges = 0;
  /** By namespace; the empty one counts cluster-wide bindings. */
  private readonly changes = new Map<string, number>();

  /**
   * Grows with every change of a role or binding that counts in a namespace (or,
   * if it is empty, cluster-wide). What was worked out at another one is stale.
   */
  generation(namespace: string): number {
    return this.clusterRoleChanges + (this.changes.get(namespace) ?? 0);
  }

  put(resource: RbacResource, object: RoleObject | BindingObject): void {
    const { namespace = '', name = '' } = object.metadata;
    this.noteChange(resource, namespace);
    if (resource === 'roles' || resource === 'clusterroles') {
      this.roles.set(keyOf(namespace, name), object as RoleObject);
      return;
    }
    this.unbind(namespace, name);
    const binding = object as BindingObject;
    this.bindings.set(keyOf(namespace, name), binding);
    let subjects = this.subjectsOf(namespace);
    if (subjects === undefined) {
      subjects = new SubjectIndex();
      this.namespaces.set(namespace, subjects);
    }
    subjects.add(binding, namespace);
  }

  remove(resource: RbacResource, namespace: string, name: string): void {
    this.noteChange(resource, namespace);
    if (resource === 'roles' || resource === 'clusterroles') this.roles.delete(keyOf(namespace, name));
    else this.unbind(namespace, name);
  }

  /** The bindings of a namespace (or, if it is empty, the cluster's) that apply to a user. */
  grants(user: UserInfo, namespace: string): Grant[] {
    return this.subjectsOf(namespace)?.grantsOf(user) ?? [];
  }

  /**
   * The rules of the role that a binding refers to.
   * @param namespace the binding's; empty for cluster-wide ones
   */
  rulesOf(reference: RoleRef, namespace: string): readonly PolicyRule[] | DanglingReference {
    const { kind, name } = reference;
    // Cluster-wide there are no Roles.
    const known = kind === 'ClusterRole' || (kind === 'Role' && namespace !== '');
    const role = known ? this.role(kind === 'Role' ? namespace : '', name) : undefined;
    return role === undefined ? new DanglingReference(kind, name, namespace) : (role.rules ?? []);
  }

  /** A Role, or with an empty namespace a ClusterRole. */
  role(namespace: string, name: string): RoleObject | undefined {
    return this.roles.get(keyOf(namespace, name));
  }

  private noteChange(resource: RbacResource, namespace: string): void {
    // ClusterRoles are bound in every namespace.
    if (resource === 'clusterroles') this.clusterRoleChanges++;
    else this.changes.set(namespace, (this.changes.get(namespace) ?? 0) + 1);
  }

  private subjectsOf(namespace: string): SubjectIndex | undefined {
    return namespace === '' ? this.cluster : this.namespaces.get(namespace);
  }

  private unbind(namespace: string, name: string): void {
    const key = keyOf(namespace, name);
    const old = this.bindings.get(key);
    if (old === undefined) return;
    this.bindings.delete(key);
    const subjects = this.subjectsOf(namespace);
    subjects?.delete(old, namespace);
    if (namespace !== '' && subjects?.isEmpty === true) this.namespaces.delete(namespace);
  }
}

/** Names hold no slash, so this is unambiguous. */
function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/** The bindings of one scope by the names of users and groups. */
class SubjectIndex {
  private readonly users = new Map<string, Map<BindingObject, Subject>>();
  private readonly groups = new Map<string, Map<BindingObject, Subject>>();

  get isEmpty(): boolean {
    return this.users.size === 0 && this.groups.size === 0;
  }

  add(binding: BindingObject, namespace: string): void {
    for (const subject of binding.subjects ?? []) {
      const place = this.placeOf(subject, namespace);
      if (place === undefined) continue;
      let bindings = place.map.get(place.key);
      if (bindings === undefined) {
        bindings = new Map();
        place.map.set(place.key, bindings);
      }
      if (!bindings.has(binding)) bindings.set(binding, subject);
    }
  }

  delete(binding: BindingObject, namespace: string): void {
    for (const subject of binding.subjects ?? []) {
      const place = this.placeOf(subject, namespace);
      const bindings = place?.map.get(place.key);
      if (place === undefined || bindings === undefined) continue;
      bindings.delete(binding);
      if (bindings.size === 0) place.map.delete(place.key);
    }
  }

  /** Each binding once, however many subjects match. */
  grantsOf(user: UserInfo): Grant[] {
    const found = new Map<BindingObject, Subject>(this.users.get(user.name));
    for (const group of user.groups) {
      const bindings = this.groups.get(group);
      if (bindings === undefined) continue;
      for (const [binding, subject] of bindings) if (!found.has(binding)) found.set(binding, subject);
    }
    return Array.from(found, ([binding, subject]) => ({ binding, subject }));
  }

  private placeOf(subject: Subject, namespace: string): { map: Map<string, Map<BindingObject, Subject>>; key: string } | undefined {
    switch (subject.kind) {
      case 'User':
        return { map: this.users, key: subject.name };
      case 'Group':
        return { map: this.groups, key: subject.name };
      case 'ServiceAccount': {
        const home = subject.namespace ? subject.namespace : namespace;
        return home === '' ? undefined : { map: this.users, key: serviceAccountUsername(home, subject.name) };
      }
      default:
        return undefined;
    }
  }
}
