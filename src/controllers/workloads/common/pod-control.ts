import { isStatus, StatusError } from '../../../apimachinery/status.js';
import type { Client, KubeObject, OwnerReference } from '../../../client/client.js';
import type { EventRecorder } from '../../../client/event-recorder.js';
import type { Pod } from '../../../component-helpers/pods.js';
import { PODS } from '../../../component-helpers/resources.js';
import type { PodTemplateSpec } from '../../../schema/generated/core-v1.js';

/** The longest name that a pod can have. */
const LONGEST_NAME = 253;

/** A pod as a template describes it, before it has a name of its own (Go: controller.GetPodFromTemplate). */
export function podFromTemplate({ metadata, spec }: PodTemplateSpec, owner: KubeObject, reference: OwnerReference): Pod {
  const { labels, annotations, finalizers } = metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: podNamePrefix(owner.metadata.name ?? ''),
      ...(labels === undefined ? {} : { labels: { ...labels } }),
      ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
      ...(finalizers === undefined ? {} : { finalizers: [...finalizers] }),
      ownerReferences: [reference],
    },
    spec: { ...spec },
    status: {},
  };
}

/** The name and a dash, if that isn't too long for a pod (Go: controller.getPodsPrefix). */
function podNamePrefix(name: string): string {
  return name.length < LONGEST_NAME ? `${name}-` : name;
}

/** True for the refusal to make something in a namespace that is being deleted. */
export function isNamespaceTerminating(error: unknown): boolean {
  return error instanceof StatusError && error.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') === true;
}

/** Makes and deletes pods of controllers, and says so in Events (Go: controller.RealPodControl). */
export class PodControl {
  constructor(
    private readonly client: Client,
    private readonly recorder: EventRecorder,
  ) {}

  /** Throws what the API server answers. */
  async create(owner: KubeObject, pod: Pod): Promise<Pod> {
    const { labels } = pod.metadata;
    if (labels === undefined || Object.keys(labels).length === 0) throw new Error('unable to create pods, no labels');
    try {
      const created = await this.client.create({ resource: PODS, namespace: owner.metadata.namespace }, pod);
      this.recorder.normal(owner, 'SuccessfulCreate', `Created pod: ${created.metadata.name ?? ''}`);
      return created;
    } catch (error) {
      if (!isNamespaceTerminating(error)) this.recorder.warning(owner, 'FailedCreate', `Error creating: ${messageOf(error)}`);
      throw error;
    }
  }

  /** A pod that is gone already is fine. Throws what else the API server answers. */
  async delete(owner: KubeObject, { metadata: { namespace, name = '' } }: Pod): Promise<void> {
    try {
      await this.client.delete({ resource: PODS, namespace }, name);
    } catch (error) {
      if (isStatus(error, 'NotFound')) return;
      this.recorder.warning(owner, 'FailedDelete', `Error deleting: ${messageOf(error)}`);
      throw new Error(`unable to delete pods: ${messageOf(error)}`, { cause: error });
    }
    this.recorder.normal(owner, 'SuccessfulDelete', `Deleted pod: ${name}`);
  }
}

/** The text of a failure, as controllers put it into conditions and Events. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
