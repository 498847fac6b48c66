import { parseQuantityJson, Quantity, QuantityError } from '../apimachinery/quantity.js';
import type { Container } from '../schema/generated/core-v1.js';
import type { Pod } from './pods.js';

/** What a simulated container uses. */
export interface Usage {
  readonly cpu: Quantity;
  readonly memory: Quantity;
}

const NO_REQUEST = { cpu: Quantity.of(10, -3), memory: Quantity.of(16 * 2 ** 20, 0, 'BinarySI') } as const;

/**
 * What a container of a running pod uses: as the pod's annotations `kubesim.io/cpu-usage` and
 * `kubesim.io/memory-usage` say (of each container, or with `.NAME` at the end of one), or else a part
 * of its requests that stays the same for a pod, between a tenth and a half.
 */
export function containerUsage(pod: Pod, container: Container): Usage {
  const share = shareOf(`${pod.metadata.uid ?? ''}/${container.name ?? ''}`);
  const own = (resource: 'cpu' | 'memory'): Quantity => {
    const told = toldUsage(pod, container, resource);
    if (told !== undefined) return told;
    const requested = container.resources.requests?.[resource];
    const base = requested === undefined ? NO_REQUEST[resource] : parseQuantityJson(requested);
    return resource === 'cpu'
      ? Quantity.of(Math.max(1, Math.round(base.milliValue() * share)), -3)
      : Quantity.of(Math.max(1, Math.round((base.value() * share) / 1024)) * 1024, 0, 'BinarySI');
  };
  return { cpu: own('cpu'), memory: own('memory') };
}

function toldUsage({ metadata: { annotations = {} } }: Pod, { name = '' }: Container, resource: string): Quantity | undefined {
  const key = `kubesim.io/${resource}-usage`;
  const text = annotations[`${key}.${name}`] ?? annotations[key];
  if (text === undefined) return undefined;
  try {
    return Quantity.parse(text);
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}

/** From 0.1 to 0.5, the same for the same text (FNV-1a). */
function shareOf(text: string): number {
  let hash = 2166136261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  return 0.1 + ((hash >>> 8) % 1000) / 2500;
}
