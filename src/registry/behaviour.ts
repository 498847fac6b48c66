import type { Clock } from '../apimachinery/clock.js';
import type { GroupResource, GroupVersionKind } from '../apimachinery/group-version.js';
import type { Random } from '../apimachinery/random.js';
import type { UserInfo } from '../apimachinery/user-info.js';
import type { Authorizer } from '../auth/authorization/authorizer.js';
import type { Storage } from '../storage/storage.js';
import type { NodeConnections } from './kubelet.js';
import type { FieldGetter } from './matcher.js';
import type { KubeObject } from './object.js';
import type { RequestContext } from './request.js';
import type { Action, ActionOptions, ComputedObjects, ResourceDefinition, VersionConversion } from './resource.js';
import type { Store } from './store.js';
import type { Strategy } from './strategy.js';

/**
 * What behaviours and admission plug-ins may ask about identities and rights.
 * Reviews get the decoded, defaulted object, which becomes theirs, and return
 * the answer; they throw the real server's 400, 422 and 500.
 */
export interface AccessForBehaviours {
  /** The whole chain: decides about any user's any request. */
  readonly authorizer: Authorizer;
  /** POST of TokenReview. */
  reviewToken(review: KubeObject): Promise<KubeObject>;
  /** POST of SubjectAccessReview, SelfSubjectAccessReview and LocalSubjectAccessReview. */
  reviewSubjectAccess(review: KubeObject): KubeObject;
  reviewSelfAccess(review: KubeObject, user: UserInfo): KubeObject;
  reviewLocalAccess(review: KubeObject, namespace: string): KubeObject;
  /** POST of SelfSubjectRulesReview. */
  rulesFor(review: KubeObject, user: UserInfo): KubeObject;
  /** POST of SelfSubjectReview. */
  selfSubjectReview(user: UserInfo): KubeObject;
  /**
   * POST of serviceaccounts/NAME/token: completes `request`, which becomes ours.
   * @param admit runs admission between validation and issue
   */
  issueToken(
    request: KubeObject,
    serviceAccount: KubeObject,
    context: RequestContext,
    admit?: (request: KubeObject) => Promise<void> | void,
  ): Promise<KubeObject>;
  /** Throws 403 if the user may not grant what the role says. Before validation, on create and every update; `old` is the stored one. */
  checkRole(resource: 'roles' | 'clusterroles', role: KubeObject, old: KubeObject | undefined, context: RequestContext): void;
  /** The same for a binding, by the role that it refers to. */
  checkBinding(
    resource: 'rolebindings' | 'clusterrolebindings',
    binding: KubeObject,
    old: KubeObject | undefined,
    context: RequestContext,
  ): void;
}

/** What behaviours may use of the server they are part of. */
export interface BehaviourEnvironment {
  readonly storage: Storage<KubeObject>;
  readonly clock: Clock;
  readonly random: Random;
  /** The store of another resource, for hooks that read or write it; undefined if it isn't served. */
  store(resource: GroupResource): Store | undefined;
  /** Another resource at its stored version, for objects that the server writes by itself. */
  definition(resource: GroupResource): ResourceDefinition | undefined;
  /** The resource that serves a kind at a version. */
  definitionOf(kind: GroupVersionKind): ResourceDefinition | undefined;
  /** Identities and rights; not to be called before the server is put together. */
  access(): AccessForBehaviours;
  /** `--service-cluster-ip-range`, such as `10.96.0.0/16`; one or two for dual stack. */
  readonly serviceCidrs: readonly string[];
  /** Whether a component besides the API server runs; absent means none does. */
  readonly runs?: ((component: 'scheduler' | 'controller-manager') => boolean) | undefined;
  /** The way to simulated nodes and the cluster's network; nobody answers there if it is absent. */
  readonly nodes?: (() => NodeConnections | undefined) | undefined;
  /** Inclusive bounds of node ports. */
  readonly nodePorts: { readonly from: number; readonly to: number };
}

/** Where Scale finds its numbers in an object. */
export interface ScaleBehaviour {
  /** Defaults: spec.replicas, status.replicas. */
  readonly selector: (object: KubeObject) => string;
}

/**
 * Everything that is particular to one built-in resource. Facts say what its
 * type looks like and which paths it has; this says what it does.
 */
export interface ResourceBehaviour {
  readonly strategy: Strategy;
  /** For /status. */
  readonly status?: Strategy | undefined;
  /** Further views of the object by subresource: finalize, approval, resize, ephemeralcontainers. */
  readonly views?: Readonly<Record<string, Strategy>> | undefined;
  /** POSTs below an object: binding, eviction, token. Keys are subresource names. */
  readonly actions?: Readonly<Record<string, Action>> | undefined;
  /** Computed defaults of what is posted to actions. */
  readonly actionDefaults?: Readonly<Record<string, (object: KubeObject) => void>> | undefined;
  readonly scale?: ScaleBehaviour | undefined;
  /** Computed defaults (Go: SetObjectDefaults_…), by version where versions differ; after the literal ones. */
  readonly defaults?: ((object: KubeObject, version: string) => void) | undefined;
  /** For versions that aren't the stored one, by version. */
  readonly conversions?: Readonly<Record<string, VersionConversion>> | undefined;
  readonly fieldLabels?: Readonly<Record<string, FieldGetter>> | undefined;
  /** Field labels of versions that name them otherwise, by version as in `conversions`; they read the stored form. */
  readonly versionFieldLabels?: Readonly<Record<string, Readonly<Record<string, FieldGetter>>>> | undefined;
  /** Warnings that every answer about the resource carries (Go: APILifecycleDeprecated). */
  readonly warnings?: readonly string[] | undefined;
  /** The words for a field label that isn't supported, where they are the type's own. */
  readonly unsupportedFieldLabel?: ((label: string) => string) | undefined;
  readonly fieldLabelAliases?: Readonly<Record<string, string>> | undefined;
  readonly namespaceFieldLabel?: boolean | undefined;
  /** Objects that are made when asked for, and not stored: get and list are all there is. */
  readonly computed?: ComputedObjects | undefined;
  /** DELETE answers with the object. */
  readonly returnsDeleted?: boolean | undefined;
  /** POST of a virtual resource (reviews). */
  readonly create?: ((object: KubeObject, context: RequestContext, options: ActionOptions) => Promise<KubeObject> | KubeObject) | undefined;
}

export type BehaviourFactory = (environment: BehaviourEnvironment) => ResourceBehaviour;
