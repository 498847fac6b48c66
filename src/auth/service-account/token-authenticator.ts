import { dayOf, INVALID_SINCE, LAST_USED } from '../../apimachinery/legacy-tokens.js';
import { timingSafeEqual } from 'node:crypto';
import { goQuote } from '../../apimachinery/field-error.js';
import type { KubeObject } from '../../registry/object.js';
import { AuthenticationError, intersectAudiences, type AuthResult, type TokenAuthenticator } from '../authentication/authenticator.js';
import { secretBytes, type SecretObject } from '../../component-helpers/secrets.js';
import { dependency } from '../authentication/token-cache.js';
import { CREDENTIAL_ID, parseServiceAccountUsername, serviceAccountGroups, serviceAccountUsername, userInfo } from '../identities.js';
import { LEGACY_ISSUER, legacyClaim, type KubernetesClaim, type ObjectReference, type UntrustedClaims } from './claims.js';
import { claimedIssuer, verifySignature } from './jwt.js';
import type { BoundResource, ObjectLookup } from './object-lookup.js';
import type { ServiceAccountKeys } from './signing-key.js';

/** go-jose's jwt.DefaultLeeway: clocks may differ by this much (milliseconds). */
const LEEWAY = 60_000;
const KEY_PREFIX = 'authentication.kubernetes.io/';
const INVALIDATED = 'service account token has been invalidated';

export interface ServiceAccountTokenOptions {
  readonly keys: ServiceAccountKeys;
  /** Tokens of any of these are accepted; the first one issues. */
  readonly issuers: readonly string[];
  /** The API server's audiences. */
  readonly audiences: readonly string[];
  readonly lookup: ObjectLookup;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Tokens of TokenRequest: good until they expire or what they are bound to is
 * gone (Go: pkg/serviceaccount.JWTTokenAuthenticator with NewValidator).
 */
export class BoundTokens implements TokenAuthenticator {
  constructor(private readonly options: ServiceAccountTokenOptions) {}

  async authenticateToken(token: string, audiences: readonly string[]): Promise<AuthResult | undefined> {
    const { issuers, keys } = this.options;
    const issuer = claimedIssuer(token);
    if (issuer === undefined || !issuers.includes(issuer)) return undefined;
    const claims = await verifySignature(token, keys);
    const common = acceptedAudiences(claims, audiences, this.options.audiences);
    return this.validate(claims, common);
  }

  private async validate(claims: UntrustedClaims, audiences: readonly string[]): Promise<AuthResult> {
    const now = this.options.now();
    const expiresAt = checkTimes(claims, now);
    const claim = kubernetesClaim(claims);
    const namespace = claim.namespace ?? '';
    const account = claim.serviceaccount ?? {};
    const dependsOn = [dependency('serviceaccounts', namespace, account.name ?? '')];
    await this.checkServiceAccount(namespace, account, now);
    const extra: [string, string[]][] = [];
    if (typeof claims['jti'] === 'string' && claims['jti'] !== '') extra.push([CREDENTIAL_ID, [`JTI=${claims['jti']}`]]);
    if (claim.secret !== undefined) {
      await this.checkBound('secrets', 'secret', namespace, claim.secret, now);
      dependsOn.push(dependency('secrets', namespace, claim.secret.name ?? ''));
    }
    if (claim.node !== undefined && claim.pod === undefined) {
      await this.checkBound('nodes', 'node', '', claim.node, now);
      dependsOn.push(dependency('nodes', '', claim.node.name ?? ''));
    }
    // A pod's node is told, not checked: the token lives and dies with the pod.
    if (claim.node?.name) {
      extra.push([`${KEY_PREFIX}node-name`, [claim.node.name]]);
      if (claim.node.uid) extra.push([`${KEY_PREFIX}node-uid`, [claim.node.uid]]);
    }
    if (claim.pod !== undefined) {
      await this.checkBound('pods', 'pod', namespace, claim.pod, now);
      dependsOn.push(dependency('pods', namespace, claim.pod.name ?? ''));
      if (claim.pod.name && claim.pod.uid)
        extra.push([`${KEY_PREFIX}pod-name`, [claim.pod.name]], [`${KEY_PREFIX}pod-uid`, [claim.pod.uid]]);
    }
    const user = userInfo({
      name: serviceAccountUsername(namespace, account.name ?? ''),
      uid: account.uid ?? '',
      groups: serviceAccountGroups(namespace),
      extra: Object.fromEntries(extra),
    });
    const stale = staleness(claim, claims, now);
    return { user, audiences, expiresAt, dependsOn, annotations: stale };
  }

  private async checkServiceAccount(namespace: string, account: ObjectReference, now: number): Promise<void> {
    const name = account.name ?? '';
    const stored = await this.options.lookup('serviceaccounts', namespace, name);
    if (stored === undefined) throw new AuthenticationError(`serviceaccounts ${goQuote(name)} not found`);
    const uid = stored.metadata.uid ?? '';
    if (uid !== (account.uid ?? ''))
      throw new AuthenticationError(`service account UID (${uid}) does not match claim (${account.uid ?? ''})`);
    if (longDeleted(stored, now)) throw new AuthenticationError(`service account ${namespace}/${name} has been deleted`);
  }

  private async checkBound(resource: BoundResource, kind: string, namespace: string, bound: ObjectReference, now: number): Promise<void> {
    const stored = await this.options.lookup(resource, namespace, bound.name ?? '');
    if (stored === undefined) throw new AuthenticationError(INVALIDATED);
    const uid = stored.metadata.uid ?? '';
    if (uid !== (bound.uid ?? '')) {
      throw new AuthenticationError(`${kind} UID (${uid}) does not match service account ${kind} ref claim (${bound.uid ?? ''})`);
    }
    if (longDeleted(stored, now)) throw new AuthenticationError(INVALIDATED);
  }
}

/**
 * Tokens in Secrets of type kubernetes.io/service-account-token: good while
 * that Secret holds them (Go: pkg/serviceaccount.NewLegacyValidator).
 */
export class SecretTokens implements TokenAuthenticator {
  constructor(
    private readonly options: Omit<ServiceAccountTokenOptions, 'issuers'> & {
      /** Told when a token is used, at most once a day and secret: the real server labels the Secret. */
      readonly onUsed?: ((secret: KubeObject, day: string) => void) | undefined;
    },
  ) {}

  async authenticateToken(token: string, audiences: readonly string[]): Promise<AuthResult | undefined> {
    if (claimedIssuer(token) !== LEGACY_ISSUER) return undefined;
    const claims = await verifySignature(token, this.options.keys);
    if (claims['iss'] !== LEGACY_ISSUER) return undefined;
    const common = acceptedAudiences(claims, audiences, this.options.audiences);
    const subject = typeof claims['sub'] === 'string' ? claims['sub'] : '';
    if (subject === '') throw new AuthenticationError('sub claim is missing');
    const namespace = present(legacyClaim(claims, 'namespace'), 'namespace');
    const secretName = present(legacyClaim(claims, 'secret.name'), 'secretName');
    const name = present(legacyClaim(claims, 'service-account.name'), 'serviceAccountName');
    const uid = present(legacyClaim(claims, 'service-account.uid'), 'serviceAccountUID');
    const parsed = parseServiceAccountUsername(subject);
    if (parsed?.namespace !== namespace || parsed.name !== name) throw new AuthenticationError('sub claim is invalid');

    const { lookup } = this.options;
    const secret = (await lookup('secrets', namespace, secretName)) as SecretObject | undefined;
    if (secret === undefined || secret.metadata.deletionTimestamp !== undefined)
      throw new AuthenticationError('Token has been invalidated');
    if (!sameBytes(secretBytes(secret, 'token'), Buffer.from(token))) throw new AuthenticationError("Token does not match server's copy");
    const account = await lookup('serviceaccounts', namespace, name);
    if (account === undefined) throw new AuthenticationError(`serviceaccounts ${goQuote(name)} not found`);
    if (account.metadata.deletionTimestamp !== undefined)
      throw new AuthenticationError(`ServiceAccount ${namespace}/${name} has been deleted`);
    if (account.metadata.uid !== uid)
      throw new AuthenticationError(`ServiceAccount UID (${account.metadata.uid ?? ''}) does not match claim (${uid})`);
    this.noteUse(secret);
    if (secret.metadata.labels?.[INVALID_SINCE]) {
      throw new AuthenticationError(
        `the token in secret ${namespace}/${secretName} for service account ${namespace}/${name} has been marked invalid. ` +
          'Use tokens from the TokenRequest API or manually created secret-based tokens, ' +
          `or remove the '${INVALID_SINCE}' label from the secret to temporarily allow use of this token`,
      );
    }
    const generated = ((account as AccountWithSecrets).secrets ?? []).some((reference) => reference.name === secretName);
    const kind = generated ? 'autogenerated' : 'manual';
    return {
      user: userInfo({ name: subject, uid, groups: serviceAccountGroups(namespace) }),
      audiences: common,
      dependsOn: [dependency('secrets', namespace, secretName), dependency('serviceaccounts', namespace, name)],
      annotations: { 'authentication.k8s.io/legacy-token': subject, [`authentication.k8s.io/legacy-token-${kind}-secret`]: secretName },
      warnings: generated ? [AUTOGENERATED] : undefined,
    };
  }

  private noteUse(secret: KubeObject): void {
    const { onUsed, now } = this.options;
    if (onUsed === undefined) return;
    const today = dayOf(now());
    const last = secret.metadata.labels?.[LAST_USED];
    if (last !== today && last !== dayOf(now() + 86_400_000)) onUsed(secret, today);
  }
}

const AUTOGENERATED =
  'Use tokens from the TokenRequest API or manually created secret-based tokens instead of auto-generated secret-based tokens.';

interface AccountWithSecrets extends KubeObject {
  readonly secrets?: readonly { readonly name?: string }[] | undefined;
}

function acceptedAudiences(claims: UntrustedClaims, requested: readonly string[], own: readonly string[]): string[] {
  const claimed = audiencesOf(claims['aud']);
  const audiences = claimed.length === 0 ? own : claimed;
  const common = intersectAudiences(audiences, requested);
  if (common.length > 0 || own.length === 0) return common;
  throw new AuthenticationError(`token audiences ${quoteAll(audiences)} is invalid for the target audiences ${quoteAll(requested)}`);
}

/** A list of strings as Go's %q prints it. */
function quoteAll(texts: readonly string[]): string {
  return `[${texts.map(goQuote).join(' ')}]`;
}

function audiencesOf(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return [claim];
  return Array.isArray(claim) ? claim.filter((item): item is string => typeof item === 'string') : [];
}

/** Returns the expiry in milliseconds; throws outside the token's time. */
function checkTimes(claims: UntrustedClaims, now: number): number {
  const notBefore = seconds(claims['nbf']);
  const expiry = seconds(claims['exp']);
  const issuedAt = seconds(claims['iat']);
  if (notBefore !== undefined && now + LEEWAY < notBefore) throw new AuthenticationError('service account token is not valid yet');
  if (expiry !== undefined && now - LEEWAY > expiry) throw new AuthenticationError('service account token has expired');
  if (issuedAt !== undefined && now + LEEWAY < issuedAt) throw new AuthenticationError('service account token is issued in the future');
  return expiry === undefined ? Infinity : expiry + LEEWAY;
}

function seconds(claim: unknown): number | undefined {
  return typeof claim === 'number' ? claim * 1000 : undefined;
}

function kubernetesClaim(claims: UntrustedClaims): KubernetesClaim {
  const claim = asRecord(claims['kubernetes.io']) ?? {};
  const namespace = claim['namespace'];
  const warnafter = claim['warnafter'];
  return {
    namespace: typeof namespace === 'string' ? namespace : undefined,
    node: referenceOf(claim['node']),
    pod: referenceOf(claim['pod']),
    secret: referenceOf(claim['secret']),
    serviceaccount: referenceOf(claim['serviceaccount']),
    warnafter: typeof warnafter === 'number' ? warnafter : undefined,
  };
}

function referenceOf(value: unknown): ObjectReference | undefined {
  const record = asRecord(value);
  if (record === undefined) return undefined;
  const { name, uid } = record;
  return { name: typeof name === 'string' ? name : undefined, uid: typeof uid === 'string' ? uid : undefined };
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
}

function longDeleted(object: KubeObject, now: number): boolean {
  const { deletionTimestamp } = object.metadata;
  return deletionTimestamp !== undefined && Date.parse(deletionTimestamp) < now - LEEWAY;
}

/** A note for the audit trail when a token is used beyond the time it was asked for. */
function staleness(claim: KubernetesClaim, claims: UntrustedClaims, now: number): Record<string, string> | undefined {
  if (claim.warnafter === undefined || claim.warnafter === 0 || now <= claim.warnafter * 1000) return undefined;
  const late = Math.floor(now / 1000) - claim.warnafter;
  const subject = typeof claims['sub'] === 'string' ? claims['sub'] : '';
  return { 'authentication.k8s.io/stale-token': `subject: ${subject}, seconds after warning threshold: ${String(late)}` };
}

function present(value: string, claim: string): string {
  if (value === '') throw new AuthenticationError(`${claim} claim is missing`);
  return value;
}

function sameBytes(stored: Buffer | undefined, given: Buffer): boolean {
  return stored?.length === given.length && timingSafeEqual(stored, given);
}
