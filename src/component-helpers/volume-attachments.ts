import { createHash } from 'node:crypto';

/** The name that the attach/detach controller gives an attachment (Go: csi.getAttachmentName). */
export function attachmentName(handle: string, driver: string, nodeName: string): string {
  return `csi-${createHash('sha256').update(`${handle}${driver}${nodeName}`).digest('hex')}`;
}

/** Whether an attachment is named like that: whoever makes others has an attacher of their own. */
export function isAttachmentName(name: string): boolean {
  return /^csi-[0-9a-f]{64}$/.test(name);
}
