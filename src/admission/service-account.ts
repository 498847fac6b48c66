import { plainError } from '../apimachinery/status.js';
import type { BehaviourEnvironment } from '../registry/behaviour.js';
import { typed, type KubeObject } from '../registry/object.js';
import type { Pod, ServiceAccount } from '../schema/generated/core-v1.js';
import type { AdmissionPlugin, Attributes } from './admission.js';
import { forbid } from './forbid.js';
import { ephemeralSecretFault, podSecretFault } from './mountable-secrets.js';
import { invalidNameFault, isCore, on, StoredObjects } from './objects.js';
import { referencesSecrets } from './pod-references.js';
import { mountToken } from './token-volume.js';

type Account = KubeObject & ServiceAccount;

const DEFAULT_NAME = 'default';
export const MIRROR_POD = 'kubernetes.io/config.mirror';
const ENFORCE_MOUNTABLE = 'kubernetes.io/enforce-mountable-secrets';
/** How long a pod waits for its namespace's default account, in milliseconds: a controller is about to make it. */
const PATIENCE = 1500;

/** Gives pods their identity: the account, its token's volume, its pull secrets (Go: plugin/pkg/admission/serviceaccount). */
export function serviceAccount(environment: BehaviourEnvironment): AdmissionPlugin {
  const accounts = new StoredObjects<Account>(environment, { group: '', resource: 'serviceaccounts' });

  const accountOf = async (attributes: Attributes, name: string): Promise<Account> => {
    const { namespace } = attributes;
    const found = (await accounts.get(namespace, name)) ?? (name === DEFAULT_NAME ? await awaited(namespace) : undefined);
    if (found === undefined) {
      const why = invalidNameFault(name) ?? `serviceaccount "${name}" not found`;
      throw forbid(attributes, `error looking up service account ${namespace}/${name}: ${why}`);
    }
    return found;
  };

  const awaited = async (namespace: string): Promise<Account | undefined> => {
    if (environment.runs?.('controller-manager') !== true) return undefined;
    return await created(environment, namespace, DEFAULT_NAME);
  };

  const validate = async (attributes: Attributes, pod: Pod & KubeObject): Promise<void> => {
    const { spec, metadata } = pod;
    const ephemeral = attributes.subresource !== '';
    if (attributes.operation === 'UPDATE' ? !ephemeral : ephemeral) return;
    if (!ephemeral && isMirror(pod)) {
      checkMirror(attributes, pod);
      return;
    }
    const name = spec.serviceAccountName ?? '';
    if (name === '') throw forbid(attributes, `no service account specified for pod ${attributes.namespace}/${metadata.name ?? ''}`);
    const account = await accountOf(attributes, name);
    if (!isTrue(account.metadata.annotations?.[ENFORCE_MOUNTABLE])) return;
    const fault = ephemeral ? ephemeralSecretFault(account, spec) : podSecretFault(account, spec);
    // As upstream, which forgets to wrap the one.
    if (fault !== undefined) throw ephemeral ? plainError(500, fault) : forbid(attributes, fault);
  };

  return {
    name: 'ServiceAccount',
    resources: ['/pods'],
    handles: on('CREATE', 'UPDATE'),
    admit(attributes) {
      const { object, operation } = attributes;
      if (operation !== 'CREATE' || !isCore(attributes, 'pods') || object === undefined) return;
      const pod = object as Pod & KubeObject;
      if (isMirror(pod)) {
        checkMirror(attributes, pod);
        return;
      }
      const { spec } = pod;
      spec.serviceAccountName ||= DEFAULT_NAME;
      spec.serviceAccount = spec.serviceAccountName;
      return accountOf(attributes, spec.serviceAccountName).then((account) => {
        if (spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) mountToken(spec, environment.random);
        if ((spec.imagePullSecrets ?? []).length === 0 && (account.imagePullSecrets ?? []).length > 0) {
          spec.imagePullSecrets = (account.imagePullSecrets ?? []).map(({ name }) => (name === undefined ? {} : { name }));
        }
      });
    },
    validate(attributes) {
      const { object } = attributes;
      if ((!isCore(attributes, 'pods') && !isCore(attributes, 'pods', 'ephemeralcontainers')) || object === undefined) return;
      return validate(attributes, typed<Pod>(object));
    },
  };
}

/** The account as soon as it is there; undefined when patience ends. */
async function created({ storage, clock }: BehaviourEnvironment, namespace: string, name: string): Promise<Account | undefined> {
  let account: Account | undefined;
  let arrived = (): void => undefined;
  const { list, watch } = await storage.listAndWatch('/serviceaccounts', { namespace }, (events) => {
    const event = events.find(({ type, current }) => type === 'ADDED' && current.key.name === name);
    if (event === undefined) return;
    account = event.current.value as Account;
    arrived();
  });
  try {
    account ??= list.items.find(({ key }) => key.name === name)?.value as Account | undefined;
    if (account === undefined) {
      await new Promise<void>((resolve) => {
        const cancel = clock.after(PATIENCE, resolve);
        arrived = () => {
          cancel();
          resolve();
        };
      });
    }
    return account;
  } finally {
    watch.close();
  }
}

function isMirror({ metadata }: KubeObject): boolean {
  return metadata.annotations !== undefined && Object.hasOwn(metadata.annotations, MIRROR_POD);
}

/** Mirror pods come from files on the node; nothing in the cluster may be theirs. */
function checkMirror(attributes: Attributes, { spec }: Pod & KubeObject): void {
  if (spec.serviceAccountName) throw forbid(attributes, 'a mirror pod may not reference service accounts');
  if (referencesSecrets(spec)) throw forbid(attributes, 'a mirror pod may not reference secrets');
  if (
    (spec.volumes ?? []).some(({ projected }) =>
      (projected?.sources ?? []).some(({ serviceAccountToken }) => serviceAccountToken !== undefined),
    )
  ) {
    throw forbid(attributes, 'a mirror pod may not use ServiceAccountToken volume projections');
  }
}

const TRUE: ReadonlySet<string> = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);

/** Go: strconv.ParseBool, anything odd being false. */
function isTrue(text: string | undefined): boolean {
  return text !== undefined && TRUE.has(text);
}
