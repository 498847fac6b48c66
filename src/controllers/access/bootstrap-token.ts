import { createHmac } from 'node:crypto';
import { isStatus } from '../../apimachinery/status.js';
import type { Typed } from '../../client/client.js';
import { keyOf, splitKey } from '../../client/informer.js';
import { BOOTSTRAP_TOKEN_TYPE, bootstrapTokenLife } from '../../component-helpers/bootstrap-tokens.js';
import { CONFIG_MAPS, SECRETS } from '../../component-helpers/resources.js';
import { secretText, type SecretObject } from '../../component-helpers/secrets.js';
import type { ConfigMap } from '../../schema/generated/core-v1.js';
import type { ControllerDescriptor } from '../descriptor.js';

const TOKENS_NAMESPACE = 'kube-system';
const INFO = { namespace: 'kube-public', name: 'cluster-info' } as const;
const SIGNATURE = 'jws-kubeconfig-';

/** Signs the kubeconfig in kube-public/cluster-info with each bootstrap token, so that who joins can trust it (Go: bootstrap.Signer). */
export const bootstrapSignerController: ControllerDescriptor = {
  name: 'bootstrap-signer-controller',
  alias: 'bootstrapsigner',
  serviceAccount: 'bootstrap-signer',
  isDisabledByDefault: true,
  start(context) {
    const { client, clock, informers } = context;
    const secrets = informers.of<SecretObject>(SECRETS);
    const maps = informers.of<Typed<ConfigMap>>(CONFIG_MAPS);
    const work = context.queue(async () => {
      const map = maps.get(INFO.namespace, INFO.name);
      const content = map?.data?.['kubeconfig'];
      if (map === undefined || content === undefined) return;
      const tokens = secrets.list(TOKENS_NAMESPACE).filter(isBootstrapToken);
      const unsigned = Object.entries(map.data ?? {}).filter(([key]) => !key.startsWith(SIGNATURE));
      const signed = tokens.flatMap((secret) => signatureOf(secret, content, clock.now()));
      const data = Object.fromEntries([...unsigned, ...signed]);
      if (isSame(data, map.data ?? {})) return;
      try {
        await client.update<Typed<ConfigMap>>({ resource: CONFIG_MAPS, namespace: INFO.namespace }, { ...map, data });
      } catch (error) {
        if (!isStatus(error, 'Conflict') && !isStatus(error, 'NotFound')) throw error;
      }
    });
    const onMap = ({ metadata }: Typed<ConfigMap>): void => {
      if (metadata.name === INFO.name && metadata.namespace === INFO.namespace) work.add(INFO.name);
    };
    const onSecret = (secret: SecretObject): void => {
      if (isBootstrapToken(secret)) work.add(INFO.name);
    };
    maps.addHandler({ added: onMap, updated: onMap });
    secrets.addHandler({ added: onSecret, updated: onSecret, deleted: onSecret });
  },
};

/** Deletes bootstrap tokens when they expire (Go: bootstrap.TokenCleaner). */
export const tokenCleanerController: ControllerDescriptor = {
  name: 'token-cleaner-controller',
  alias: 'tokencleaner',
  serviceAccount: 'token-cleaner',
  isDisabledByDefault: true,
  start(context) {
    const { client, clock, informers } = context;
    const secrets = informers.of<SecretObject>(SECRETS);
    const work = context.queue(async (key) => {
      const { namespace, name } = splitKey(key);
      const secret = secrets.get(namespace, name);
      const life = secret === undefined ? undefined : bootstrapTokenLife(secret, clock.now());
      if (secret === undefined || life === undefined) return;
      if (life > 0) {
        work.addAfter(key, life);
        return;
      }
      try {
        await client.delete({ resource: SECRETS, namespace }, name, { preconditions: { uid: secret.metadata.uid } });
      } catch (error) {
        if (!isStatus(error, 'Conflict') && !isStatus(error, 'NotFound')) throw error;
      }
    });
    const enqueue = (secret: SecretObject): void => {
      if (isBootstrapToken(secret)) work.add(keyOf(secret));
    };
    secrets.addHandler({ added: enqueue, updated: enqueue });
  },
};

function isBootstrapToken({ type, metadata }: SecretObject): boolean {
  return type === BOOTSTRAP_TOKEN_TYPE && metadata.namespace === TOKENS_NAMESPACE;
}

/** The entry of cluster-info for a token that may sign; none for another. */
function signatureOf(secret: SecretObject, content: string, now: number): [string, string][] {
  const id = secretText(secret, 'token-id');
  const key = secretText(secret, 'token-secret');
  const isGood = id !== '' && key !== '' && secret.metadata.name === `bootstrap-token-${id}` && bootstrapTokenLife(secret, now) !== 0;
  return isGood && secretText(secret, 'usage-bootstrap-signing') === 'true' ? [[SIGNATURE + id, detachedSignature(content, id, key)]] : [];
}

/** A JWS by HMAC-SHA256 without its content (RFC 7515, appendix F). */
function detachedSignature(content: string, keyId: string, key: string): string {
  const header = Buffer.from(JSON.stringify({ alg: 'HS256', kid: keyId })).toString('base64url');
  const payload = Buffer.from(content).toString('base64url');
  return `${header}..${createHmac('sha256', key).update(`${header}.${payload}`).digest('base64url')}`;
}

function isSame(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
