import type { Image } from './nodes/images/image.js';
import type { Clock } from './apimachinery/clock.js';
import type { Logger } from './server/logger.js';

/** Addresses of Services if nobody says which. */
export const DEFAULT_SERVICE_RANGE = '10.96.0.0/16';

/** Who issues tokens of service accounts if nobody says who. */
export const DEFAULT_ISSUER = 'https://kubernetes.default.svc';

/** Who decides what is allowed if nobody says who. */
export const DEFAULT_AUTHORIZATION_MODES = ['Node', 'RBAC'] as const;

/** How a cluster is to be. Everything has a default; the names are those of the flags. */
export interface ClusterOptions {
  /** Address to listen on; loopback if absent. */
  readonly bindAddress?: string | undefined;
  /** HTTPS port; 0 (the default of the library) takes any free one. */
  readonly securePort?: number | undefined;
  /** Plain HTTP on loopback, as cluster admin; none if absent, any free port if 0. */
  readonly insecurePort?: number | undefined;
  /** Text of a token file: CSV of token,user,uid,"group,…". */
  readonly tokens?: string | undefined;
  /** The serving certificate and its key (PEM), from whatever authority; one of the cluster's own if absent. */
  readonly serving?: { readonly cert: string; readonly key: string } | undefined;
  /** Signs tokens of service accounts: a private key (PEM, RSA or EC); a new one if absent. */
  readonly serviceAccountSigningKey?: string | undefined;
  /** Keys (PEM) whose tokens of service accounts count as well. */
  readonly serviceAccountKeys?: readonly string[] | undefined;
  /** Who issues tokens of service accounts, and for whom: `https://kubernetes.default.svc` if absent. */
  readonly serviceAccountIssuer?: string | undefined;
  /** PEM of CAs whose client certificates count, besides the cluster's own. */
  readonly clientCa?: string | undefined;
  /** A proxy in front that says who makes a request; none is believed if absent. */
  readonly requestHeader?: RequestHeaderTrust | undefined;
  readonly authorizationModes?: readonly ('Node' | 'RBAC' | 'AlwaysAllow')[] | undefined;
  /** Where the audit trail goes, one JSON line an event; `-` is the standard output. No trail if absent. */
  readonly auditLogPath?: string | undefined;
  /** Text of an audit.k8s.io/v1 Policy; if absent, each request is told once, at level Metadata. */
  readonly auditPolicy?: string | undefined;
  /** One range, or two comma-separated ones for dual stack. Default 10.96.0.0/16. */
  readonly serviceClusterIpRange?: string | undefined;
  readonly enableAdmissionPlugins?: readonly string[] | undefined;
  readonly disableAdmissionPlugins?: readonly string[] | undefined;
  /** Upstream names, `*`, `-name`, `-*`. */
  readonly controllers?: readonly string[] | undefined;
  /** How many simulated nodes: one is a control plane that takes pods; of more, the first is `kube-master`. Default: 4. */
  readonly nodes?: number | undefined;
  /** How fast pods start and end on simulated nodes: a factor (2 is twice as fast), or `'instant'`. Default: 1. */
  readonly speed?: number | 'instant' | undefined;
  /** Makes uids and generated names repeatable. */
  readonly seed?: string | number | undefined;
  /** What /version tells: `v1.36.2` if absent. */
  readonly version?: string | undefined;
  /** Images for simulated containers, before those that are built in; `run` makes one act by code. */
  readonly images?: readonly Image[] | undefined;
  /** Texts of manifests (YAML or JSON, several documents) that are applied before the cluster is ready. */
  readonly data?: readonly string[] | undefined;
  /** `'virtual'` stands still until `cluster.clock.advance()`. Default: the machine's time. */
  readonly clock?: Clock | 'virtual' | undefined;
  /** Silent if absent. */
  readonly logger?: Logger | undefined;
}

/** How a front proxy is known, and which of its headers count: X-Remote-User and its like if absent. */
export interface RequestHeaderTrust {
  /** PEM of the CAs of its client certificate. */
  readonly clientCa: string;
  /** Common names of that certificate; any if absent. */
  readonly allowedNames?: readonly string[] | undefined;
  readonly usernameHeaders?: readonly string[] | undefined;
  readonly uidHeaders?: readonly string[] | undefined;
  readonly groupHeaders?: readonly string[] | undefined;
  readonly extraHeaderPrefixes?: readonly string[] | undefined;
}

/** An option that can't be used: names the flag, and says what is wrong with its value. */
export class OptionError extends Error {
  override readonly name = 'OptionError';

  constructor(flag: string, fault: string) {
    super(`--${flag} ${fault}`);
  }
}
