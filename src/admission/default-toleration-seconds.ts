import { typed } from '../registry/object.js';
import type { Pod, Toleration } from '../schema/generated/core-v1.js';
import type { AdmissionPlugin } from './admission.js';
import { isCore, on } from './objects.js';

/** How long pods stay on nodes that are not ready or not reachable, unless they say otherwise. */
const SECONDS = 300;
const CONDITIONS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'] as const;

/** Pods outlast a short trouble of their node (Go: plugin/pkg/admission/defaulttolerationseconds). */
export function defaultTolerationSeconds(): AdmissionPlugin {
  return {
    name: 'DefaultTolerationSeconds',
    resources: ['/pods'],
    handles: on('CREATE', 'UPDATE'),
    admit(attributes) {
      if (!isCore(attributes, 'pods') || attributes.object === undefined) return;
      const { spec } = typed<Pod>(attributes.object);
      const given = spec.tolerations ?? [];
      const missing = CONDITIONS.filter((key) => !given.some((toleration) => tolerates(toleration, key)));
      if (missing.length === 0) return;
      const added = missing.map((key): Toleration => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS }));
      spec.tolerations = [...given, ...added];
    },
  };
}

function tolerates({ key = '', effect = '' }: Toleration, condition: string): boolean {
  return (key === condition || key === '') && (effect === 'NoExecute' || effect === '');
}
