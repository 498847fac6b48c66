import { dayOf, INVALID_SINCE, LAST_USED, TRACKING } from '../../apimachinery/legacy-tokens.js';
import { isStatus } from '../../apimachinery/status.js';
import type { Typed } from '../../client/client.js';
import type { ComponentContext } from '../../client/component-context.js';
import type { Informer } from '../../client/informer.js';
import { secretNamesOf } from '../../component-helpers/pod-secrets.js';
import { CONFIG_MAPS, PODS, SECRETS, SERVICE_ACCOUNTS } from '../../component-helpers/resources.js';
import type { SecretObject } from '../../component-helpers/secrets.js';
import type { ConfigMap, Pod } from '../../schema/generated/core-v1.js';
import type { ControllerDescriptor } from '../descriptor.js';
import { ACCOUNT, TYPE, type Account } from './service-account-token.js';

const ACCOUNT_UID = 'kubernetes.io/service-account.uid';
const DAY = 24 * 3_600_000;
/** How long a token may lie unused, in milliseconds (Go: --legacy-service-account-token-clean-up-period). */
const CLEAN_UP_PERIOD = 365 * DAY;

/**
 * Marks token Secrets that were made for accounts by themselves, as clusters before v1.24 did, as invalid when nobody has used
 * them for a year, and deletes them after another (KEP-2799; Go: serviceaccount.LegacySATokenCleaner).
 */
export const legacyTokenCleanerController: ControllerDescriptor = {
  name: 'legacy-serviceaccount-token-cleaner-controller',
  alias: 'legacy-service-account-token-cleaner',
  serviceAccount: 'legacy-service-account-token-cleaner',
  start(context) {
    const cleaner = new LegacyTokenCleaner(context);
    context.every(DAY, () => cleaner.look());
  },
};

class LegacyTokenCleaner {
  private readonly secrets: Informer<SecretObject>;
  private readonly accounts: Informer<Account>;
  private readonly pods: Informer<Typed<Pod>>;

  constructor(private readonly context: ComponentContext) {
    const { informers } = context;
    this.secrets = informers.of<SecretObject>(SECRETS);
    this.accounts = informers.of<Account>(SERVICE_ACCOUNTS);
    this.pods = informers.of<Typed<Pod>>(PODS);
  }

  async look(): Promise<void> {
    const now = this.context.clock.now();
    const { namespace, name } = TRACKING;
    const { data } = await this.context.client.get<Typed<ConfigMap>>({ resource: CONFIG_MAPS, namespace }, name);
    const since = parseDate(data?.['since']);
    // Before that day's end nobody was watching.
    if (since === undefined || now < since + DAY + CLEAN_UP_PERIOD) return;
    const horizon = now - CLEAN_UP_PERIOD;
    for (const secret of this.secrets.list()) if (this.isUnused(secret, horizon)) await this.retire(secret, now, dayOf(horizon));
  }

  private isUnused(secret: SecretObject, horizon: number): boolean {
    const { namespace = '', name = '', labels, creationTimestamp = '', deletionTimestamp } = secret.metadata;
    if (secret.type !== TYPE || deletionTimestamp !== undefined || Date.parse(creationTimestamp) >= horizon) return false;
    const used = labels?.[LAST_USED];
    if (used !== undefined && (parseDate(used) === undefined || used >= dayOf(horizon))) return false;
    if (!this.isMadeFor(secret)) return false;
    return !this.pods.list(namespace).some(({ spec }) => secretNamesOf(spec).has(name));
  }

  /** Of a Secret that its account doesn't list nobody can tell whether a person made it. */
  private isMadeFor({ metadata: { namespace = '', name, annotations } }: SecretObject): boolean {
    const account = this.accounts.get(namespace, annotations?.[ACCOUNT] ?? '');
    const uid = annotations?.[ACCOUNT_UID] ?? '';
    if (account === undefined || (uid !== '' && uid !== account.metadata.uid)) return false;
    return account.secrets?.some((secret) => secret.name === name) === true;
  }

  /** @param horizon the first day, `2026-01-31`, of marks that are too young to delete for */
  private async retire({ metadata }: SecretObject, now: number, horizon: string): Promise<void> {
    const { namespace, name = '', uid, resourceVersion, labels } = metadata;
    const { client } = this.context;
    const target = { resource: SECRETS, namespace };
    const invalid = labels?.[INVALID_SINCE];
    try {
      if (parseDate(invalid) === undefined)
        await client.patch(target, name, 'merge', { metadata: { uid, labels: { [INVALID_SINCE]: dayOf(now) } } });
      else if ((invalid ?? '') < horizon) await client.delete(target, name, { preconditions: { resourceVersion } });
    } catch (error) {
      // Whoever was quicker has used or removed it.
      if (!isStatus(error, 'Conflict') && !isStatus(error, 'NotFound')) throw error;
    }
  }
}

/** Milliseconds since the epoch of the day's beginning; undefined if it isn't `2026-01-31`. */
function parseDate(text = ''): number | undefined {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? undefined : time;
}
