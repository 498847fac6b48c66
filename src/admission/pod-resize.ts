import { goQuote } from '../apimachinery/field-error.js';
import { parseQuantity, Quantity } from '../apimachinery/quantity.js';
import { StatusError } from '../apimachinery/status.js';
import type { BehaviourEnvironment } from '../registry/behaviour.js';
import { typed, type KubeObject } from '../registry/object.js';
import type { Node, Pod } from '../schema/generated/core-v1.js';
import type { AdmissionPlugin, Attributes } from './admission.js';
import { forbid } from './forbid.js';
import { isCore, on, StoredObjects } from './objects.js';
import { podRequests } from '../component-helpers/pod-resources.js';

/** A bound pod grows only as far as its node allows (KEP-1287; Go: plugin/pkg/admission/podresize). */
export function podResizeValidator(environment: BehaviourEnvironment): AdmissionPlugin {
  const nodes = new StoredObjects<KubeObject & Node>(environment, { group: '', resource: 'nodes' });
  return {
    name: 'PodResizeValidator',
    resources: ['/pods'],
    handles: on('UPDATE'),
    async validate(attributes) {
      const { object, oldObject } = attributes;
      if (!isCore(attributes, 'pods', 'resize') || object === undefined) return;
      const pod = typed<Pod>(object);
      const nodeName = pod.spec.nodeName ?? '';
      if (nodeName === '' || oldObject?.metadata.generation === object.metadata.generation) return;
      const node = await nodes.get('', nodeName);
      if (node === undefined) throw forbid(attributes, `node ${goQuote(nodeName)} not found`);
      const system = node.metadata.labels?.['kubernetes.io/os'] ?? 'linux';
      if (system !== 'linux') {
        throw refusal(
          attributes,
          `pod resize is only supported on linux nodes, node ${goQuote(nodeName)} is ${goQuote(system)}`,
          'UnsupportedPlatform',
        );
      }
      const excess = excessOf(pod, node);
      if (excess.length > 0)
        throw refusal(attributes, `node didn't have enough allocatable resources: ${excess.join('; ')}`, 'NodeCapacity');
    },
  };
}

function excessOf(pod: Pick<Pod, 'spec'>, { status }: Node): string[] {
  const requests = podRequests(pod.spec);
  const allocatable = (name: string): Quantity => parseQuantity(status.allocatable?.[name] ?? '0');
  const excess: string[] = [];
  const cpu = requests.get('cpu') ?? Quantity.ZERO;
  if (cpu.compare(allocatable('cpu')) > 0)
    excess.push(`cpu, requested: ${String(cpu.milliValue())}, allocatable: ${String(allocatable('cpu').milliValue())}`);
  const memory = requests.get('memory') ?? Quantity.ZERO;
  if (memory.compare(allocatable('memory')) > 0)
    excess.push(`memory, requested: ${String(memory.value())}, allocatable: ${String(allocatable('memory').value())}`);
  return excess;
}

/** A 403 that says by a cause what kind of trouble it is. */
function refusal(attributes: Attributes, why: string, reason: string): StatusError {
  const { status } = forbid(attributes, why);
  return new StatusError({ ...status, details: { ...status.details, causes: [{ reason }] } });
}
