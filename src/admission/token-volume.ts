import { generateName } from '../apimachinery/names.js';
import type { Random } from '../apimachinery/random.js';
import { WARN_ONLY_EXPIRATION_SECONDS } from '../auth/service-account/claims.js';
import type { Container, PodSpec, Volume } from '../schema/generated/core-v1.js';

const PREFIX = 'kube-api-access-';
const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
/** 0644 */
const DEFAULT_MODE = 420;

/** Mounts the account's token into every container that has nothing at its place (KEP-1205). */
export function mountToken(spec: PodSpec, random: Random): void {
  const present = (spec.volumes ?? []).find(({ name }) => name?.startsWith(PREFIX) === true)?.name;
  const name = present ?? generateName(PREFIX, random);
  let needed = false;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) needed = mountInto(container, name) || needed;
  if (present === undefined && needed) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
}

function mountInto(container: Container, name: string): boolean {
  const mounts = container.volumeMounts ?? [];
  if (mounts.some(({ mountPath }) => mountPath === MOUNT_PATH)) return false;
  container.volumeMounts = [...mounts, { name, readOnly: true, mountPath: MOUNT_PATH }];
  return true;
}

/** The token, the cluster's CA and the name of the namespace. */
function tokenVolume(name: string): Volume {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: WARN_ONLY_EXPIRATION_SECONDS, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
      ],
      defaultMode: DEFAULT_MODE,
    },
  };
}
