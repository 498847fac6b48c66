import { validateServiceAccountName } from '../../apimachinery/validation/names.js';
import type { ObjectReference } from '../../schema/generated/core-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import type { KubeObject } from '../object.js';
import { strategyFor, type Strategy } from '../strategy.js';
import { kubeFinalizerErrors } from './finalizers.js';
import { metadataErrors } from './metadata.js';
import { defaultTokenRequest, issueToken } from './serviceaccount-token.js';

interface ServiceAccount extends KubeObject {
  secrets?: ObjectReference[] | undefined;
}

const ENFORCE_MOUNTABLE = 'kubernetes.io/enforce-mountable-secrets';

/** Of a reference to a secret only the name counts. */
function cleanReferences(account: ServiceAccount): void {
  if (account.secrets !== undefined) account.secrets = account.secrets.map(({ name }) => (name ? { name } : {}));
}

function warnings({ metadata }: ServiceAccount, old?: ServiceAccount): string[] {
  if (old?.metadata.annotations?.[ENFORCE_MOUNTABLE] !== undefined || metadata.annotations?.[ENFORCE_MOUNTABLE] === undefined) return [];
  return [
    `metadata.annotations[${ENFORCE_MOUNTABLE}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
  ];
}

const strategy: Strategy<ServiceAccount> = {
  validateName: validateServiceAccountName,
  prepareForCreate: cleanReferences,
  prepareForUpdate: cleanReferences,
  validate: ({ metadata }) => kubeFinalizerErrors(metadata),
  validateUpdate: ({ metadata }) => [...kubeFinalizerErrors(metadata), ...metadataErrors(metadata, true, validateServiceAccountName)],
  warningsOnCreate: (account) => warnings(account),
  warningsOnUpdate: (account, old) => warnings(account, old),
};

/** Service accounts: identities of pods, which tokens are issued for. */
export const serviceAccounts: BehaviourFactory = (environment) => ({
  strategy: strategyFor(strategy),
  returnsDeleted: true,
  actions: { token: issueToken(environment) },
  actionDefaults: { token: defaultTokenRequest },
});
