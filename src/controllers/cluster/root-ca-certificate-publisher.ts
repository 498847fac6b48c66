import { hasCause, isStatus } from '../../apimachinery/status.js';
import type { Typed } from '../../client/client.js';
import type { ComponentContext } from '../../client/component-context.js';
import { CONFIG_MAPS, NAMESPACES } from '../../component-helpers/resources.js';
import type { ConfigMap, Namespace } from '../../schema/generated/core-v1.js';
import type { ControllerDescriptor } from '../descriptor.js';

const NAME = 'kube-root-ca.crt';
const KEY = 'ca.crt';
const DESCRIPTION = 'kubernetes.io/description';
const TEXT =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. ' +
  'No other usage is guaranteed across distributions of Kubernetes clusters.';

/** Keeps the cluster's CA in a ConfigMap of each namespace (Go: rootcacertpublisher.Publisher). */
export const rootCaCertificatePublisherController: ControllerDescriptor = {
  name: 'root-ca-certificate-publisher-controller',
  alias: 'root-ca-cert-publisher',
  serviceAccount: 'root-ca-cert-publisher',
  start(context) {
    const namespaces = context.informers.of<Typed<Namespace>>(NAMESPACES);
    const maps = context.informers.of<Typed<ConfigMap>>(CONFIG_MAPS);
    const queue = context.queue((namespace) => publish(context, namespace, maps.get(namespace, NAME)));
    const onChange = ({ metadata: { name, namespace = '' } }: Typed<ConfigMap>): void => {
      if (name === NAME) queue.add(namespace);
    };
    maps.addHandler({ updated: onChange, deleted: onChange });
    namespaces.addHandler({
      added: ({ metadata: { name = '' } }) => queue.add(name),
      updated: ({ metadata: { name = '' }, status }) => {
        if (status?.phase === 'Active') queue.add(name);
      },
    });
  },
};

async function publish({ client, facts }: ComponentContext, namespace: string, map: Typed<ConfigMap> | undefined): Promise<void> {
  const target = { resource: CONFIG_MAPS, namespace };
  const data = { [KEY]: facts.caPem };
  if (map === undefined) {
    const metadata = { name: NAME, namespace, annotations: { [DESCRIPTION]: TEXT } };
    try {
      await client.create<Typed<ConfigMap>>(target, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
    } catch (error) {
      if (!isStatus(error, 'NotFound') && !hasCause(error, 'NamespaceTerminating')) throw error;
    }
    return;
  }
  if (isPublished(map, facts.caPem)) return;
  const annotations = { ...map.metadata.annotations, [DESCRIPTION]: TEXT };
  await client.update<Typed<ConfigMap>>(target, { ...map, metadata: { ...map.metadata, annotations }, data });
}

function isPublished({ data = {}, metadata }: Typed<ConfigMap>, caPem: string): boolean {
  const described = (metadata.annotations?.[DESCRIPTION] ?? '') !== '';
  return described && data[KEY] === caPem && Object.keys(data).length === 1;
}
