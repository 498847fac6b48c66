import { LAST_USED } from './apimachinery/legacy-tokens.js';
import type { Clock } from './apimachinery/clock.js';
import { resourcePath } from './apimachinery/group-version.js';
import type { Random } from './apimachinery/random.js';
import type { UserInfo } from './apimachinery/user-info.js';
import { AccessControl, attributesOf, type RequestFacts } from './auth/access-control.js';
import type { AuditRecord, Auditor } from './auth/audit/event.js';
import { Authentication } from './auth/authentication/authentication.js';
import { BootstrapTokens } from './auth/authentication/bootstrap-token.js';
import { ClientCertificates } from './auth/authentication/client-certificate.js';
import { REMOTE_HEADERS, RequestHeaders } from './auth/authentication/request-header.js';
import { parseTokenFile, TokenFile } from './auth/authentication/token-file.js';
import { AlwaysAllow, AuthorizerChain, PrivilegedGroup, type Authorizer } from './auth/authorization/authorizer.js';
import { nodeRules } from './auth/bootstrap/policy.js';
import type { CertificateAuthority } from './auth/certificates.js';
import { follow } from './auth/follow.js';
import { asAuthenticated, parseServiceAccountUsername, serviceAccountGroups, userInfo } from './auth/identities.js';
import { NodeAuthorizer } from './auth/node/authorizer.js';
import { NodeGraph } from './auth/node/graph.js';
import { RbacAuthorizer } from './auth/rbac/authorizer.js';
import { EscalationCheck } from './auth/rbac/escalation.js';
import { RbacIndex } from './auth/rbac/index.js';
import type { BindingObject, RoleObject } from './auth/rbac/policy-rule.js';
import { reviewLocalAccess, reviewSelfAccess, reviewSubjectAccess, type AccessReview } from './auth/reviews/access-review.js';
import { reviewRules, type RulesReview } from './auth/reviews/rules-review.js';
import { selfSubjectReview } from './auth/reviews/self-subject-review.js';
import { reviewToken, type TokenReview } from './auth/reviews/token-review.js';
import type { ObjectLookup } from './auth/service-account/object-lookup.js';
import { jsonWebKeySet, openIdConfiguration } from './auth/service-account/openid.js';
import { loadSigningKey, loadVerificationKey, ServiceAccountKeys } from './auth/service-account/signing-key.js';
import { BoundTokens, SecretTokens } from './auth/service-account/token-authenticator.js';
import { TokenIssuer, type TokenRequest } from './auth/service-account/token-request.js';
import type { Client } from './client/client.js';
import { DEFAULT_AUTHORIZATION_MODES, DEFAULT_ISSUER, type RequestHeaderTrust } from './cluster-options.js';
import type { AccessForBehaviours } from './registry/behaviour.js';
import type { ResourceRequest } from './registry/handlers/api-request.js';
import type { KubeObject } from './registry/object.js';
import type { RequestContext } from './registry/request.js';
import type { KubeRequest } from './server/kube-request.js';
import type { Logger } from './server/logger.js';
import type { Credentials } from './server/options.js';
import { exactName } from './server/request-info.js';
import type { Storage, Watch } from './storage/storage.js';

export type AuthorizationMode = 'Node' | 'RBAC' | 'AlwaysAllow';

export interface AccessOptions {
  readonly storage: Storage<KubeObject>;
  readonly clock: Clock;
  readonly random: Random;
  readonly ca: CertificateAuthority;
  readonly logger: Logger;
  /** Text of a token file. */
  readonly tokens: string | undefined;
  /** PEM of further CAs of client certificates. */
  readonly clientCa: string | undefined;
  /** A front proxy to be believed. */
  readonly requestHeader?: RequestHeaderTrust | undefined;
  readonly modes: readonly AuthorizationMode[] | undefined;
  /** Who issues tokens of service accounts; also the audience that is this API server. */
  readonly issuer?: string | undefined;
  /** PEM of what signs tokens; a new key if absent. */
  readonly signingKey?: string | undefined;
  /** PEM of keys that verify tokens besides. */
  readonly verificationKeys?: readonly string[] | undefined;
  /** `https://host:port`, known once the server listens. */
  readonly serverUrl: () => string;
}

/** Where requests of in-process clients come from. */
const IN_PROCESS: readonly string[] = ['::1'];
/** The user as which the server writes by itself. */
const SERVER = { user: 'system:apiserver', groups: ['system:masters'], agent: 'kube-apiserver' };

/** Who may come in, and what they may do: authentication and authorization put together as kube-apiserver's flags say. */
export class Access implements AccessForBehaviours {
  /** PEM bundles of the CAs whose client certificates count. */
  readonly clientCas: readonly string[];
  /** The same with those of proxies: clients send no certificate of another. */
  readonly namedCas: readonly string[];
  readonly authorizer: Authorizer;
  /** Sign and verify service account tokens. */
  readonly keys: ServiceAccountKeys;
  private readonly issuerName: string;
  /** Those of tokens for this server. */
  private readonly audiences: readonly string[];
  private readonly authentication: Authentication;
  private readonly control: AccessControl;
  private readonly rbac = new RbacIndex();
  private readonly graph = new NodeGraph();
  private readonly escalation: EscalationCheck;
  private readonly issuer: TokenIssuer;
  private readonly users = new Map<string, UserInfo>();
  private readonly now: () => number;
  private watches: readonly Watch[] = [];
  private client: Client | undefined;

  constructor(private readonly options: AccessOptions) {
    const { storage, clock, random, logger, modes = DEFAULT_AUTHORIZATION_MODES } = options;
    const keys = keysFrom(options);
    this.keys = keys;
    const issuer = options.issuer ?? DEFAULT_ISSUER;
    this.issuerName = issuer;
    const audiences = [issuer];
    this.audiences = audiences;
    const now = (): number => clock.now();
    this.now = now;
    const lookup: ObjectLookup = async (resource, namespace, name) =>
      (await storage.get({ bucket: `/${resource}`, namespace, name }))?.value;
    const accounts = { keys, audiences, lookup, now };
    this.clientCas = [options.ca.certificatePem, ...(options.clientCa === undefined ? [] : [options.clientCa])];
    this.namedCas = [...this.clientCas, ...(options.requestHeader === undefined ? [] : [options.requestHeader.clientCa])];
    this.authentication = new Authentication({
      authenticators: [
        ...(options.requestHeader === undefined ? [] : [requestHeaders(options.requestHeader)]),
        new ClientCertificates(this.clientCas, Date.now),
      ],
      tokens: [
        ...(options.tokens === undefined ? [] : [new TokenFile(parseTokenFile(options.tokens), audiences)]),
        new SecretTokens({
          ...accounts,
          onUsed: (secret, day) => {
            void this.noteUse(secret, day);
          },
        }),
        new BoundTokens({ ...accounts, issuers: [issuer] }),
        new BootstrapTokens((name) => lookup('secrets', 'kube-system', name), audiences, now),
      ],
      // Where everything is allowed, nobody may come in unknown.
      anonymous: { enabled: !modes.includes('AlwaysAllow') },
      audiences,
      now,
      onRefused: (error) => {
        logger.info(`unable to authenticate the request: ${error.message}`);
      },
    });
    const rbac = new RbacAuthorizer(this.rbac);
    this.authorizer = new AuthorizerChain([new PrivilegedGroup(), ...modes.map((mode) => this.authorizerOf(mode, rbac))]);
    this.control = new AccessControl(this.authorizer);
    this.escalation = new EscalationCheck(rbac, this.authorizer);
    this.issuer = new TokenIssuer({ issuer, audiences, keys, lookup, now, newId: () => random.uuid() });
  }

  private authorizerOf(mode: AuthorizationMode, rbac: RbacAuthorizer): Authorizer {
    switch (mode) {
      case 'Node':
        return new NodeAuthorizer(this.graph, nodeRules());
      case 'RBAC':
        return rbac;
      case 'AlwaysAllow':
        return new AlwaysAllow();
    }
  }

  /** Reads what decisions rest on, and follows it. `client` is for what the server notes by itself. */
  async begin(client: Client): Promise<void> {
    this.client = client.as(SERVER.user, SERVER.groups, SERVER.agent);
    this.watches = await follow(this.options.storage, { rbac: this.rbac, graph: this.graph, tokens: this.authentication.cache });
  }

  stop(): void {
    for (const watch of this.watches) watch.close();
  }

  /** Throws 401. Answers at once for connections and tokens seen before. */
  authenticate({ headers, rawHeaders, connection, path, warn, annotate }: Credentials): UserInfo | Promise<UserInfo> {
    return this.authentication.authenticate({ headers, rawHeaders, path, connection, warn, annotate });
  }

  /** Impersonation and authorization; sets the user that the request acts as from here on. Throws 400 and 403. */
  authorize(request: KubeRequest, { headers, rawHeaders }: Credentials): void {
    const { info, query } = request;
    request.user = this.control.admit(
      {
        user: request.user,
        facts: info,
        fieldSelector: fieldSelectorOf(info.verb, query),
        headers,
        rawHeaders,
      },
      request.audit,
    );
  }

  /** The same for a request of an in-process client. */
  authorizeInProcess(request: ResourceRequest, verb: string): void {
    const { user, audit } = request.context;
    this.control.demand(user, factsOf(request, verb), fieldSelectorOf(verb, request.query), audit);
  }

  /** The same for a request that another server will answer. Throws 403. */
  authorizeAggregated(user: UserInfo, facts: RequestFacts): void {
    this.control.demand(user, facts);
  }

  /** Begins the record of a request of an in-process client. */
  auditInProcess(auditor: Auditor, request: ResourceRequest, verb: string): AuditRecord | undefined {
    const { definition, subresource, context, query } = request;
    const { user, namespace, name, userAgent } = context;
    const path = resourcePath({ ...definition, namespace, name, subresource: subresource?.name });
    const parameters = new URLSearchParams([...query].flatMap(([key, values]) => values.map((value): [string, string] => [key, value])));
    if (verb === 'watch') parameters.set('watch', 'true');
    return auditor.begin({
      attributes: attributesOf(user, factsOf(request, verb)),
      uri: parameters.size === 0 ? path : `${path}?${parameters.toString()}`,
      userAgent,
      sourceIPs: IN_PROCESS,
      received: this.now(),
    });
  }

  /** The second check of a PUT or apply that turns out to create. */
  authorizeCreate(request: ResourceRequest): void {
    this.control.demand(request.context.user, factsOf(request, 'create'));
  }

  /** A user of in-process clients; always the same object. Service accounts have their groups by themselves. */
  userFor(name: string, groups: readonly string[]): UserInfo {
    const key = JSON.stringify([name, groups]);
    let user = this.users.get(key);
    if (user === undefined) {
      user = asAuthenticated(userInfo({ name, groups: this.groupsOf(name, groups) }));
      this.users.set(key, user);
    }
    return user;
  }

  /** The groups of a user with those that service accounts have by themselves. */
  groupsOf(name: string, groups: readonly string[]): readonly string[] {
    const account = parseServiceAccountUsername(name);
    return account === undefined ? groups : [...new Set([...serviceAccountGroups(account.namespace), ...groups])];
  }

  openIdConfiguration(): Promise<object> {
    return openIdConfiguration({ issuer: this.issuerName, jwksUri: `${this.options.serverUrl()}/openid/v1/jwks`, keys: this.keys });
  }

  jwks(): Promise<object> {
    return jsonWebKeySet(this.keys);
  }

  reviewToken(review: KubeObject): Promise<KubeObject> {
    return reviewToken(review as TokenReview, this.authentication, this.audiences);
  }

  reviewSubjectAccess(review: KubeObject): KubeObject {
    return reviewSubjectAccess(review as AccessReview, this.authorizer);
  }

  reviewSelfAccess(review: KubeObject, user: UserInfo): KubeObject {
    return reviewSelfAccess(review as AccessReview, user, this.authorizer);
  }

  reviewLocalAccess(review: KubeObject, namespace: string): KubeObject {
    return reviewLocalAccess(review as AccessReview, namespace, this.authorizer);
  }

  rulesFor(review: KubeObject, user: UserInfo): KubeObject {
    return reviewRules(review as RulesReview, user, this.authorizer);
  }

  selfSubjectReview(user: UserInfo): KubeObject {
    return selfSubjectReview(user, this.now());
  }

  issueToken(
    request: KubeObject,
    serviceAccount: KubeObject,
    context: RequestContext,
    admit?: (request: KubeObject) => Promise<void> | void,
  ): Promise<KubeObject> {
    return this.issuer.create(request as TokenRequest, serviceAccount, context, admit);
  }

  checkRole(resource: 'roles' | 'clusterroles', role: KubeObject, old: KubeObject | undefined, context: RequestContext): void {
    this.escalation.checkRole(resource, role as RoleObject, old as RoleObject | undefined, context);
  }

  checkBinding(
    resource: 'rolebindings' | 'clusterrolebindings',
    binding: KubeObject,
    old: KubeObject | undefined,
    context: RequestContext,
  ): void {
    this.escalation.checkBinding(resource, binding as BindingObject, old as BindingObject | undefined, context);
  }

  /** Labels a token's Secret with the day of its last use (KEP-2799). */
  private async noteUse(secret: KubeObject, day: string): Promise<void> {
    const { name = '', namespace } = secret.metadata;
    const target = { resource: { group: '', version: 'v1', resource: 'secrets' }, namespace };
    try {
      await this.client?.patch(target, name, 'strategic', {
        metadata: { uid: secret.metadata.uid, labels: { [LAST_USED]: day } },
      });
    } catch (error) {
      this.options.logger.error(`noting the use of the token in secret ${namespace ?? ''}/${name} failed`, error);
    }
  }
}

/** Only verbs on collections have selectors that authorizers may look at. */
function fieldSelectorOf(verb: string, query: ReadonlyMap<string, readonly string[]>): string | undefined {
  return verb === 'list' || verb === 'watch' || verb === 'deletecollection' ? query.get('fieldSelector')?.[0] : undefined;
}

function factsOf({ definition, subresource, context, query }: ResourceRequest, verb: string): RequestFacts {
  const { group, version, resource } = definition;
  const name = context.name === '' && (verb === 'list' || verb === 'watch') ? exactName(query) : context.name;
  return {
    isResourceRequest: true,
    path: context.path,
    verb,
    group,
    version,
    // As in URLs, a namespace is in itself.
    namespace: group === '' && resource === 'namespaces' ? context.name : context.namespace,
    resource,
    subresource: subresource?.name ?? '',
    name,
  };
}

/** Header names count in any case. */
function requestHeaders({ clientCa, allowedNames, ...given }: RequestHeaderTrust): RequestHeaders {
  const names = (headers: readonly string[] | undefined, usual: readonly string[]): readonly string[] =>
    headers?.map((header) => header.toLowerCase()) ?? usual;
  return new RequestHeaders({
    proxies: new ClientCertificates([clientCa], Date.now),
    allowedNames,
    usernameHeaders: names(given.usernameHeaders, REMOTE_HEADERS.usernameHeaders),
    uidHeaders: names(given.uidHeaders, REMOTE_HEADERS.uidHeaders),
    groupHeaders: names(given.groupHeaders, REMOTE_HEADERS.groupHeaders),
    extraHeaderPrefixes: names(given.extraHeaderPrefixes, REMOTE_HEADERS.extraHeaderPrefixes),
  });
}

function keysFrom({ signingKey, verificationKeys = [] }: AccessOptions): ServiceAccountKeys {
  return new ServiceAccountKeys(
    signingKey === undefined ? undefined : loadSigningKey(signingKey),
    verificationKeys.map(loadVerificationKey),
  );
}
