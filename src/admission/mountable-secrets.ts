import type { Container, EphemeralContainer, PodSpec, ServiceAccount } from '../schema/generated/core-v1.js';

/** Which secrets an account lists, so that its pods may use them. */
interface Account extends Pick<ServiceAccount, 'secrets' | 'imagePullSecrets'> {
  readonly metadata: { readonly name?: string | undefined };
}

/** What of a pod the account doesn't allow (annotation kubernetes.io/enforce-mountable-secrets); undefined if all is fine. */
export function podSecretFault(account: Account, spec: PodSpec): string | undefined {
  const mountable = namesOf(account.secrets);
  const who = `because service account ${account.metadata.name ?? ''} does not reference that`;
  for (const { secret } of spec.volumes ?? []) {
    const name = secret?.secretName ?? '';
    if (secret !== undefined && !mountable.has(name)) return `volume with secret.secretName="${name}" is not allowed ${who} secret`;
  }
  const fault =
    containerFault('init container', spec.initContainers, mountable, who) ?? containerFault('container', spec.containers, mountable, who);
  if (fault !== undefined) return fault;
  const pullable = namesOf(account.imagePullSecrets);
  for (const [i, { name = '' }] of (spec.imagePullSecrets ?? []).entries()) {
    if (!pullable.has(name)) return `imagePullSecrets[${String(i)}].name="${name}" is not allowed ${who} imagePullSecret`;
  }
  return undefined;
}

/** The same for the containers that debugging adds. */
export function ephemeralSecretFault(account: Account, spec: PodSpec): string | undefined {
  const who = `because service account ${account.metadata.name ?? ''} does not reference that`;
  return containerFault('ephemeral container', spec.ephemeralContainers, namesOf(account.secrets), who);
}

function containerFault(
  what: string,
  containers: readonly (Container | EphemeralContainer)[] | null | undefined,
  mountable: ReadonlySet<string>,
  who: string,
): string | undefined {
  for (const { name = '', env, envFrom } of containers ?? []) {
    for (const { name: variable = '', valueFrom } of env ?? []) {
      const secret = valueFrom?.secretKeyRef;
      if (secret !== undefined && !mountable.has(secret.name ?? '')) {
        return `${what} ${name} with envVar ${variable} referencing secret.secretName="${secret.name ?? ''}" is not allowed ${who} secret`;
      }
    }
    for (const { secretRef } of envFrom ?? []) {
      if (secretRef !== undefined && !mountable.has(secretRef.name ?? '')) {
        return `${what} ${name} with envFrom referencing secret.secretName="${secretRef.name ?? ''}" is not allowed ${who} secret`;
      }
    }
  }
  return undefined;
}

function namesOf(references: readonly { readonly name?: string | undefined }[] | undefined): Set<string> {
  return new Set((references ?? []).map(({ name = '' }) => name));
}
