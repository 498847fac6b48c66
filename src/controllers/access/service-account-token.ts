import { isStatus } from '../../apimachinery/status.js';
import type { KubeObject } from '../../client/client.js';
import { find } from '../../client/find.js';
import { keyOf, splitKey } from '../../client/informer.js';
import { SECRETS, SERVICE_ACCOUNTS } from '../../component-helpers/resources.js';
import type { SecretObject } from '../../component-helpers/secrets.js';
import type { ControllerDescriptor } from '../descriptor.js';
import type { ClusterKeys } from './cluster-keys.js';

export const TYPE = 'kubernetes.io/service-account-token';
export const ACCOUNT = 'kubernetes.io/service-account.name';
const DEFAULT_NAME = 'default';
/** How long a Secret waits for its namespace's default account, in milliseconds: another controller is about to make it. */
const PATIENCE = 1500;
/** Index of token Secrets by `namespace/account`. */
const BY_ACCOUNT = 'service-account';

/** A core/v1 ServiceAccount, as far as its Secrets go. */
export interface Account extends KubeObject {
  readonly secrets?: readonly { readonly name?: string }[] | undefined;
}

/**
 * Fills Secrets of type kubernetes.io/service-account-token for the account that
 * they name, and removes them with it (Go: serviceaccount.TokensController).
 */
export function serviceAccountTokenController(keys: ClusterKeys): ControllerDescriptor {
  return {
    name: 'serviceaccount-token-controller',
    alias: 'serviceaccount-token',
    user: 'system:kube-controller-manager',
    start(context) {
      const { client, informers } = context;
      const secrets = informers.of<SecretObject>(SECRETS).addIndex(BY_ACCOUNT, (secret) => accountsOf(secret));
      const accounts = informers.of<Account>(SERVICE_ACCOUNTS);

      /** The cache may not be full yet, and what it lacks means deletion. */
      const accountOf = async (namespace: string, name: string): Promise<Account | undefined> => {
        const known = accounts.get(namespace, name);
        return known ?? (await find<Account>(client, { resource: SERVICE_ACCOUNTS, namespace }, name));
      };
      const fill = async (secret: SecretObject): Promise<void> => {
        const { namespace = '', name = '', uid, annotations } = secret.metadata;
        const wanted = annotations?.[ACCOUNT] ?? '';
        if (wanted === '') return;
        const account = await accountOf(namespace, wanted);
        const age = context.clock.now() - Date.parse(secret.metadata.creationTimestamp ?? '');
        if (account === undefined && wanted === DEFAULT_NAME && age < PATIENCE) {
          work.addAfter(keyOf(secret), PATIENCE - age);
          return;
        }
        const step = await keys.tokenSecretStep(secret, account);
        const target = { resource: SECRETS, namespace };
        if (step.action === 'update') await client.update(target, step.secret);
        if (step.action === 'delete') await client.delete(target, name, { preconditions: { uid } });
      };
      /** An account forgets the Secret that is gone. */
      const forget = async (account: Account, gone: string): Promise<void> => {
        const left = account.secrets?.filter(({ name }) => name !== gone);
        if (left === undefined || left.length === account.secrets?.length) return;
        await client.update({ resource: SERVICE_ACCOUNTS, namespace: account.metadata.namespace }, {
          ...account,
          secrets: left,
        } as Account);
      };

      const work = context.queue(async (key) => {
        const { namespace, name } = splitKey(key);
        const secret = secrets.get(namespace, name);
        try {
          if (secret !== undefined) await fill(secret);
          else for (const account of accounts.list(namespace)) await forget(account, name);
        } catch (error) {
          // Whoever was quicker tells us of it.
          if (!isStatus(error, 'Conflict') && !isStatus(error, 'NotFound')) throw error;
        }
      });
      const enqueue = (secret: SecretObject): void => {
        if (secret.type === TYPE) work.add(keyOf(secret));
      };
      const ofAccount = (account: Account): void => {
        for (const secret of secrets.byIndex(BY_ACCOUNT, keyOf(account))) enqueue(secret);
      };
      secrets.addHandler({ added: enqueue, updated: enqueue, deleted: enqueue });
      accounts.addHandler({ added: ofAccount, deleted: ofAccount });
    },
  };
}

function accountsOf({ type, metadata: { namespace = '', annotations } }: SecretObject): readonly string[] {
  const name = annotations?.[ACCOUNT];
  return type === TYPE && name !== undefined ? [`${namespace}/${name}`] : [];
}
