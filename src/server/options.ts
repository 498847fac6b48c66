import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../apimachinery/clock.js';
import type { UserInfo } from '../apimachinery/user-info.js';
import type { Auditor } from '../auth/audit/event.js';
import type { PeerConnection } from '../auth/authentication/authenticator.js';
import type { Catalog } from '../registry/catalog.js';
import type { AggregatedAnswer, AggregatedRequest } from '../registry/aggregated-api.js';
import type { HandlerEnvironment } from '../registry/handlers/api-request.js';
import type { GroupVersionFacts } from '../schema/registry.js';
import type { KubeRequest } from './kube-request.js';
import type { Logger } from './logger.js';
import type { Metrics } from './metrics.js';

/** What identifies a caller on the wire. */
export interface Credentials {
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  /** The TLS connection, one object for its life; absent over plain HTTP. */
  readonly connection: PeerConnection | undefined;
  readonly path: string;
  warn(text: string): void;
  /** Adds a note to the audit event. */
  annotate(key: string, value: string): void;
}

/** Documents that are not API objects. */
export interface ServerDocuments {
  /** The body of /version. */
  version(): object;
  openidConfiguration(): Promise<object> | object;
  jwks(): Promise<object> | object;
  /** Values by flag, of /flagz. */
  flags(): Readonly<Record<string, string>>;
}

/** One check of /livez, /readyz and /healthz. */
export interface HealthCheck {
  readonly name: string;
  /** Throws or returns false when ill. */
  check(): boolean;
}

/** The OpenAPI documents that an aggregated server has for a group version. */
export interface RemoteOpenApi {
  /** Of the v3 document; undefined if there is none. */
  readonly hash: string | undefined;
  /** As JSON. */
  v3(): Promise<Buffer>;
  v2(): Promise<object | undefined>;
}

/** Group versions of APIServices with a server of their own. */
export interface RemoteGroupVersions {
  has(group: string, version: string): boolean;
  list(): readonly (GroupVersionFacts & { readonly stale: boolean })[];
  /** Has the server of a group version answer; 503 if it can't be reached. */
  passOn(group: string, version: string, request: AggregatedRequest): Promise<AggregatedAnswer>;
  /** By the name of their v3 document, such as `apis/metrics.k8s.io/v1beta1`. */
  openApi(): ReadonlyMap<string, RemoteOpenApi>;
  /** Grows with every change of the list. */
  readonly changes: number;
}

/** The parts that the HTTP front stands on. */
export interface ServerOptions {
  readonly catalog: Catalog;
  readonly handlers: HandlerEnvironment;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Throws 401; `anonymous` for no credentials. */
  readonly authenticate: (credentials: Credentials) => UserInfo | Promise<UserInfo>;
  /** Impersonation and authorization; may replace `request.user`; throws 403. */
  readonly authorize: (request: KubeRequest, credentials: Credentials) => void | Promise<void>;
  /** Writes the audit trail; absent where there is none. */
  readonly audit?: Auditor | undefined;
  readonly documents: ServerDocuments;
  readonly health: {
    readonly livez: readonly HealthCheck[];
    readonly readyz: readonly HealthCheck[];
    readonly healthz: readonly HealthCheck[];
  };
  /** Group versions for which another server should answer. */
  readonly remote: RemoteGroupVersions;
  /** `host:port` that clients in the cluster's network are told to use. */
  readonly serverAddress: () => string;
  /** Longest running requests: called with how to end each when the server stops. */
  readonly track: (close: () => void) => () => void;
}
