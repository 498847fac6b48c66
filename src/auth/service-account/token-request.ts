import { goQuote, invalid } from '../../apimachinery/field-error.js';
import { badRequest, conflict, internalError, invalidObject, notFoundError } from '../../apimachinery/status.js';
import { parseApiVersion } from '../../apimachinery/group-version.js';
import { formatTime } from '../../apimachinery/time.js';
import type { KubeObject, ObjectMeta } from '../../registry/object.js';
import { boundClaims, EXTENDED_EXPIRATION_SECONDS, WARN_ONLY_EXPIRATION_SECONDS } from './claims.js';
import { signClaims } from './jwt.js';
import type { ObjectLookup } from './object-lookup.js';
import type { ServiceAccountKeys } from './signing-key.js';

/** authentication.k8s.io/v1 TokenRequest, as decoded and defaulted (expirationSeconds: 3600). */
export interface TokenRequest extends KubeObject {
  spec: {
    audiences?: string[] | null | undefined;
    expirationSeconds?: number | null | undefined;
    boundObjectRef?: { kind?: string; apiVersion?: string; name?: string; uid?: string } | null | undefined;
  };
  status?: { token: string; expirationTimestamp: string } | undefined;
}

export interface TokenIssuerOptions {
  readonly issuer: string;
  /** Default audiences: the API server's. */
  readonly audiences: readonly string[];
  readonly keys: ServiceAccountKeys;
  readonly lookup: ObjectLookup;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly newId: () => string;
  /** `--service-account-max-token-expiration` in seconds; absent means no bound. */
  readonly maxExpirationSeconds?: number | undefined;
  /** `--service-account-extend-token-expiration`, on by default. */
  readonly extendExpiration?: boolean | undefined;
}

/** What the request brings besides its body. */
export interface TokenRequestContext {
  warn(text: string): void;
  annotate(key: string, value: string): void;
}

const GROUP_KIND = { group: 'authentication.k8s.io', kind: 'TokenRequest' };
const MIN_EXPIRATION = 600;
const MAX_EXPIRATION = 2 ** 32;

/** Issues tokens for `POST …/serviceaccounts/NAME/token` (Go: pkg/registry/core/serviceaccount/storage.TokenREST). */
export class TokenIssuer {
  constructor(private readonly options: TokenIssuerOptions) {}

  /**
   * Completes `request`, which the caller owns, and returns it.
   * @param admit runs admission between validation and issue
   */
  async create(
    request: TokenRequest,
    serviceAccount: KubeObject,
    context: TokenRequestContext,
    admit?: (request: TokenRequest) => Promise<void> | void,
  ): Promise<TokenRequest> {
    const { options } = this;
    const { name = '', namespace = '' } = serviceAccount.metadata;
    const now = options.now();
    complete(request, serviceAccount.metadata, options.audiences, now);
    validate(request);
    await admit?.(request);
    const { spec } = request;
    const audiences = spec.audiences ?? [];
    const bound = await this.bound(spec.boundObjectRef ?? undefined, namespace, name);

    const max = options.maxExpirationSeconds ?? 0;
    let seconds = spec.expirationSeconds ?? 3600;
    if (max > 0 && seconds > max) {
      context.warn(`requested expiration of ${String(seconds)} seconds shortened to ${String(max)} seconds`);
      seconds = max;
      spec.expirationSeconds = max;
    }
    const extend =
      options.extendExpiration !== false &&
      bound.pod !== undefined &&
      seconds === WARN_ONLY_EXPIRATION_SECONDS &&
      audiences.every((audience) => options.audiences.includes(audience));
    const id = options.newId();
    const claims = boundClaims({
      serviceAccount,
      issuer: options.issuer,
      audiences,
      expirationSeconds: extend ? EXTENDED_EXPIRATION_SECONDS : seconds,
      warnAfterSeconds: extend ? seconds : undefined,
      ...bound,
      now,
      id,
    });
    let token: string;
    try {
      token = signClaims(claims, await options.keys.signingKey());
    } catch (error) {
      throw internalError(`failed to generate token: ${String(error)}`);
    }
    request.status = { token, expirationTimestamp: formatTime(now + seconds * 1000) };
    context.annotate('authentication.kubernetes.io/issued-credential-id', `JTI=${id}`);
    return request;
  }

  private async bound(reference: TokenRequest['spec']['boundObjectRef'], namespace: string, account: string): Promise<Bound> {
    if (reference === undefined || reference === null) return {};
    const { kind = '', apiVersion = '', name = '', uid = '' } = reference;
    const version = parseApiVersion(apiVersion);
    const group = version?.group ?? '';
    // As in Go, an apiVersion that can't be parsed counts as none.
    const target = group === '' ? TARGETS.get(kind) : undefined;
    if (target === undefined) {
      throw badRequest(`cannot bind token to object of type ${group}/${version?.version ?? ''}, Kind=${kind}`);
    }
    // The real server's registries look nothing up without a name.
    if (name === '') throw badRequest('Name parameter required.');
    const object = await this.options.lookup(target, target === 'nodes' ? '' : namespace, name);
    if (object === undefined) throw notFoundError({ group: '', resource: target }, name);
    const bound: Bound = {};
    if (target === 'pods') {
      const { serviceAccountName, nodeName } = (object.spec ?? {}) as { serviceAccountName?: string; nodeName?: string };
      if (serviceAccountName !== account) {
        throw badRequest(`cannot bind token for serviceaccount ${goQuote(account)} to pod running with different serviceaccount name.`);
      }
      bound.pod = object;
      if (nodeName) bound.node = (await this.options.lookup('nodes', '', nodeName)) ?? { metadata: { name: nodeName } };
    } else if (target === 'nodes') bound.node = object;
    else bound.secret = object;
    if (uid !== '' && uid !== object.metadata.uid) {
      throw conflict(
        { group: '', resource: kind },
        name,
        `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
      );
    }
    return bound;
  }
}

const TARGETS: ReadonlyMap<string, 'pods' | 'nodes' | 'secrets'> = new Map([
  ['Pod', 'pods'],
  ['Node', 'nodes'],
  ['Secret', 'secrets'],
] as const);

interface Bound {
  pod?: KubeObject;
  secret?: KubeObject;
  node?: { readonly metadata: Pick<ObjectMeta, 'name' | 'uid'> };
}

function complete(request: TokenRequest, account: ObjectMeta, audiences: readonly string[], now: number): void {
  const { metadata, spec } = request;
  const { name = '', namespace = '', uid = '' } = account;
  if (metadata.name && metadata.name !== name) {
    throw invalidObject(GROUP_KIND, name, [invalid('metadata.name', metadata.name, 'must match the service account name if specified')]);
  }
  if (metadata.namespace && metadata.namespace !== namespace) {
    throw invalidObject(GROUP_KIND, name, [
      invalid('metadata.namespace', metadata.namespace, 'must match the service account namespace if specified'),
    ]);
  }
  if (metadata.uid && metadata.uid !== uid) {
    throw conflict(
      { group: GROUP_KIND.group, resource: GROUP_KIND.kind },
      name,
      `the UID in the token request (${metadata.uid}) does not match the UID of the service account (${uid})`,
    );
  }
  if ((spec.audiences ?? []).length === 0) spec.audiences = [...audiences];
  metadata.name = name;
  metadata.namespace = namespace;
  metadata.uid = uid;
  metadata.creationTimestamp = formatTime(now);
  delete request.status;
}

function validate({ spec }: TokenRequest): void {
  const seconds = spec.expirationSeconds ?? 3600;
  const errors = [];
  if (seconds < MIN_EXPIRATION) errors.push(invalid('spec.expirationSeconds', seconds, 'may not specify a duration less than 10 minutes'));
  if (seconds > MAX_EXPIRATION)
    errors.push(invalid('spec.expirationSeconds', seconds, 'may not specify a duration larger than 2^32 seconds'));
  if (errors.length > 0) throw invalidObject(GROUP_KIND, '', errors);
}
