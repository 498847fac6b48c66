import { createHash } from 'node:crypto';
import type { Typed } from '../../client/client.js';
import type { Pod } from '../../component-helpers/pods.js';
import type { Node } from '../../schema/generated/core-v1.js';

/** Whether the API server's pod only shows a static pod of a kubelet. */
export function isMirrorPod({ metadata }: Pod): boolean {
  return metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;
}

/**
 * What a kubelet shows to the API server of a static pod (Go: kubelet/pod.CreateMirrorPod).
 * @param seen when its manifest was first seen, milliseconds since the epoch
 */
export function mirrorPod(pod: Pod, { metadata: node }: Typed<Node>, seen: number): Pod {
  const nodeName = node.name ?? '';
  const hash = createHash('sha256')
    .update(JSON.stringify([pod, nodeName]))
    .digest('hex')
    .slice(0, 32);
  const { name = '', annotations = {} } = pod.metadata;
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      name: `${name}-${nodeName}`,
      annotations: {
        ...annotations,
        'kubernetes.io/config.hash': hash,
        'kubernetes.io/config.mirror': hash,
        'kubernetes.io/config.seen': new Date(seen).toISOString().replace('Z', '000000Z'),
        'kubernetes.io/config.source': 'file',
      },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: nodeName, uid: node.uid ?? '', controller: true }],
    },
    spec: { ...pod.spec, nodeName, tolerations: [{ operator: 'Exists', effect: 'NoExecute' }] },
  };
}
