import type { Typed } from '../../client/client.js';
import type { ComponentContext } from '../../client/component-context.js';
import { VOLUME_ATTACHMENTS } from '../../component-helpers/resources.js';
import { isAttachmentName } from '../../component-helpers/volume-attachments.js';
import type { VolumeAttachment } from '../../schema/generated/storage-v1.js';

/** Who says that a volume is attached: on a real cluster a program beside the driver, with rights of its own. */
const ATTACHER = { name: 'external-attacher', user: 'csi-attacher', groups: ['system:masters'], userAgent: 'csi-attacher' } as const;

/** Plays the external attachers of all drivers: what pods need on a simulated node is attached. Nodes of others wait for theirs. */
export function playAttacher(context: ComponentContext, isSimulated: (nodeName: string) => boolean): void {
  const attacher = context.child(ATTACHER);
  const attachments = context.informers.of<Typed<VolumeAttachment>>(VOLUME_ATTACHMENTS);
  const queue = attacher.queue(async (name) => {
    const attachment = attachments.get('', name);
    if (attachment === undefined || attachment.status?.attached === true) return;
    await attacher.client.patch({ resource: VOLUME_ATTACHMENTS, subresource: 'status' }, name, 'merge', { status: { attached: true } });
  });
  attachments.addHandler({
    added: ({ metadata, spec }) => {
      const { name = '' } = metadata;
      if (isAttachmentName(name) && isSimulated(spec.nodeName ?? '')) queue.add(name);
    },
  });
}
