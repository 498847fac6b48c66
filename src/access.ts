import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from './apimachinery/clock.js';
import type { Random } from './apimachinery/random.js';
import type { UserInfo } from './apimachinery/user-info.js';
import { Authentication } from './auth/authentication/authentication.js';
import { ClientCertificates } from './auth/authentication/client-certificate.js';
import { parseTokenFile, TokenFile } from './auth/authentication/token-file.js';
import type { Attributes } from './auth/authorization/attributes.js';
import { AlwaysAllow, PrivilegedGroup, type Authorizer } from './auth/authorization/authorizer.js';
import { forbidden } from './auth/authorization/forbidden.js';
import type { CertificateAuthority } from './auth/certificates.js';
import { userInfo } from './auth/identities.js';
import { RbacAuthorizer } from './auth/rbac/authorizer.js';
import { RbacIndex, type RbacResource } from './auth/rbac/index.js';
import { jsonWebKeySet, openIdConfiguration } from './auth/service-account/openid.js';
import { ServiceAccountKeys } from './auth/service-account/signing-key.js';
import type { Catalog } from './registry/catalog.js';
import type { ResourceRequest } from './registry/handlers/api-request.js';
import type { KubeObject } from './registry/object.js';
import type { KubeRequest } from './server/kube-request.js';
import type { Logger } from './server/logger.js';
import type { Credentials } from './server/options.js';
import type { Storage, Watch } from './storage/storage.js';

export interface AccessOptions {
  readonly storage: Storage<KubeObject>;
  readonly clock: Clock;
  readonly random: Random;
  readonly ca: CertificateAuthority;
  readonly catalog: Catalog;
  readonly logger: Logger;
  readonly tokens: string | undefined;
  readonly clientCa: string | undefined;
  readonly modes: readonly ('Node' | 'RBAC' | 'AlwaysAllow')[] | undefined;
  readonly serverUrl: () => string;
}

/** Who may come in, and what they may do: authentication and authorization put together. */
export interface Access {
  readonly clientCas: readonly string[];
  authenticate(credentials: Credentials): UserInfo | Promise<UserInfo>;
  authorize(request: KubeRequest, headers: IncomingHttpHeaders): void | Promise<void>;
  authorizeInProcess(request: ResourceRequest, verb: string): void;
  authorizeCreate(request: ResourceRequest): void;
  userFor(name: string, groups: readonly string[]): UserInfo;
  openIdConfiguration(): Promise<object>;
  jwks(): Promise<object>;
  /** Reads roles and bindings and follows them. */
  begin(): Promise<void>;
  stop(): void;
}

const ISSUER = 'https://kubernetes.default.svc';

/** Puts authenticators and authorizers together as kube-apiserver's flags say. */
export function createAccess(options: AccessOptions): Access {
  const clientCas = [options.ca.certificatePem, ...(options.clientCa === undefined ? [] : [options.clientCa])];
  const now = (): number => options.clock.now();
  const authentication = new Authentication({
    authenticators: [new ClientCertificates(clientCas, Date.now)],
    tokens: options.tokens === undefined ? [] : [new TokenFile(parseTokenFile(options.tokens), [ISSUER])],
    audiences: [ISSUER],
    now,
  });
  const index = new RbacIndex();
  const authorizers = authorizersFor(options.modes ?? ['Node', 'RBAC'], index);
  const keys = new ServiceAccountKeys();
  const users = new Map<string, UserInfo>();
  const watches: Watch[] = [];

  const check = (attributes: Attributes): void => {
    const reasons: string[] = [];
    for (const authorizer of authorizers) {
      const verdict = authorizer.authorize(attributes);
      if (verdict.decision === 'allow') return;
      if (verdict.reason !== '') reasons.push(verdict.reason);
      if (verdict.decision === 'deny') break;
    }
    throw forbidden(attributes, reasons.join('\n'));
  };

  return {
    clientCas,
    authenticate: ({ headers, rawHeaders, socket, path, warn }) =>
      authentication.authenticate({ headers, rawHeaders, path, connection: 'getPeerX509Certificate' in socket ? socket : undefined, warn, annotate: () => undefined }),
    authorize(request) {
      check(attributesOf(request));
    },
    authorizeInProcess({ definition, subresource, context }, verb) {
      check({
        user: context.user,
        verb,
        isResourceRequest: true,
        namespace: context.namespace,
        group: definition.group,
        version: definition.version,
        resource: definition.resource,
        subresource: subresource?.name ?? '',
        name: context.name,
        path: '',
      });
    },
    authorizeCreate({ definition, subresource, context }) {
      check({
        user: context.user,
        verb: 'create',
        isResourceRequest: true,
        namespace: context.namespace,
        group: definition.group,
        version: definition.version,
        resource: definition.resource,
        subresource: subresource?.name ?? '',
        name: context.name,
        path: context.path,
      });
    },
    userFor(name, groups) {
      const key = JSON.stringify([name, groups]);
      let user = users.get(key);
      if (user === undefined) {
        user = userInfo({ name, groups: [...groups, 'system:authenticated'] });
        users.set(key, user);
      }
      return user;
    },
    openIdConfiguration: () => openIdConfiguration({ issuer: ISSUER, jwksUri: `${options.serverUrl()}/openid/v1/jwks`, keys }),
    jwks: () => jsonWebKeySet(keys),
    async begin() {
      for (const resource of RBAC_RESOURCES) {
        const opened = await options.storage.listAndWatch(`rbac.authorization.k8s.io/${resource}`, {}, (events) => {
          for (const event of events) {
            if (event.type === 'DELETED') index.remove(resource, event.current.key.namespace, event.current.key.name);
            else index.put(resource, event.current.value as never);
          }
        });
        for (const item of opened.list.items) index.put(resource, item.value as never);
        watches.push(opened.watch);
      }
    },
    stop() {
      for (const watch of watches) watch.close();
    },
  };
}

const RBAC_RESOURCES: readonly RbacResource[] = ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'];

function authorizersFor(modes: readonly string[], index: RbacIndex): Authorizer[] {
  const made: Authorizer[] = [new PrivilegedGroup()];
  for (const mode of modes) {
    if (mode === 'AlwaysAllow') made.push(new AlwaysAllow());
    if (mode === 'RBAC') made.push(new RbacAuthorizer(index));
  }
  return made;
}

function attributesOf({ info, user }: KubeRequest): Attributes {
  return {
    user,
    verb: info.verb,
    isResourceRequest: info.isResourceRequest,
    namespace: info.namespace,
    group: info.group,
    version: info.version,
    resource: info.resource,
    subresource: info.subresource,
    name: info.name,
    path: info.path,
  };
}
