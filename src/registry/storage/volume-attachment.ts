import { forbidden, invalid, required, tooLong, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { byteLength, inclusiveRangeMessage, longerThan } from '../../apimachinery/validation/messages.js';
import { nameIsDnsSubdomain } from '../../apimachinery/validation/names.js';
import type { VolumeAttachment, VolumeAttachmentSource, VolumeAttachmentStatus, VolumeError } from '../../schema/generated/storage-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { metadataErrors } from '../core/metadata.js';
import { checkDnsSubdomain } from '../core/pod-spec/checks.js';
import { checkCsiDriverName } from '../core/pod-spec/volume-sources.js';
import { VOLUME_STRUCTS } from '../core/volumes/go-volume-source.js';
import { GoPrinter } from '../go-struct.js';
import { validateImmutablePrinted } from '../immutable.js';
import { typed, type KubeObject, type Typed } from '../object.js';
import { refined, specStatus } from '../spec-status.js';
import { checkInlineVolume } from './inline-volume.js';

const SPEC = FieldPath.of('spec');
const STATUS = FieldPath.of('status');
const ONE_SOURCE = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
const METADATA_MAX_BYTES = 256 * 1024;
const MESSAGE_MAX_BYTES = 1024;
const MAX_INT32 = 0x7fffffff;

const PRINTER = new GoPrinter({
  ...VOLUME_STRUCTS,
  VolumeAttachmentSpec: 'Attacher Source:VolumeAttachmentSource NodeName',
  VolumeAttachmentSource: 'PersistentVolumeName* InlineVolumeSpec*:PersistentVolumeSpec',
});

function attachmentErrors({ spec, status }: Typed<VolumeAttachment>): FieldError[] {
  const errors: FieldError[] = [];
  checkCsiDriverName(spec.attacher, SPEC.child('attacher'), errors);
  checkSource(spec.source, SPEC.child('source'), errors);
  checkDnsSubdomain(spec.nodeName ?? '', SPEC.child('nodeName'), errors);
  checkStatus(status, errors);
  const { persistentVolumeName } = spec.source;
  if (persistentVolumeName !== undefined) checkDnsSubdomain(persistentVolumeName, SPEC.child('source', 'persistentVolumeName'), errors);
  return errors;
}

function checkSource({ persistentVolumeName, inlineVolumeSpec }: VolumeAttachmentSource, path: FieldPath, errors: FieldError[]): void {
  if (persistentVolumeName === undefined) {
    if (inlineVolumeSpec === undefined) errors.push(required(path, ONE_SOURCE));
    else checkInlineVolume(inlineVolumeSpec, path.child('inlineVolumeSpec'), errors);
  } else if (inlineVolumeSpec !== undefined) errors.push(forbidden(path, ONE_SOURCE));
  else if (persistentVolumeName === '') {
    errors.push(required(path.child('persistentVolumeName'), 'must specify non empty persistentVolumeName'));
  }
}

function checkStatus({ attachmentMetadata = {}, attachError, detachError }: VolumeAttachmentStatus, errors: FieldError[]): void {
  let size = 0;
  for (const [key, value] of Object.entries(attachmentMetadata)) size += byteLength(key) + byteLength(value);
  if (size > METADATA_MAX_BYTES) errors.push(tooLong(STATUS.child('attachmentMetadata'), METADATA_MAX_BYTES));
  checkError(attachError, STATUS.child('attachError'), errors);
  checkError(detachError, STATUS.child('detachError'), errors);
}

function checkError(error: VolumeError | undefined, path: FieldPath, errors: FieldError[]): void {
  if (error === undefined) return;
  const { message = '', errorCode } = error;
  // The real server tells the wrong limit.
  if (longerThan(message, MESSAGE_MAX_BYTES)) errors.push(tooLong(path.child('message'), METADATA_MAX_BYTES));
  if (errorCode !== undefined && errorCode < 0)
    errors.push(invalid(path.child('errorCode'), errorCode, inclusiveRangeMessage(0, MAX_INT32)));
}

function validateUpdate(object: Typed<VolumeAttachment>, old: Typed<VolumeAttachment>): FieldError[] {
  return [
    ...metadataErrors(object.metadata, false, nameIsDnsSubdomain),
    ...attachmentErrors(object),
    ...validateImmutablePrinted(PRINTER.print('VolumeAttachmentSpec', object.spec), PRINTER.print('VolumeAttachmentSpec', old.spec), SPEC),
  ];
}

/** What volumes inside an attachment are given, as those of persistent volumes are. */
function defaultVolumeAttachment(object: KubeObject): void {
  const hostPath = typed<VolumeAttachment>(object).spec.source.inlineVolumeSpec?.hostPath;
  if (hostPath !== undefined) hostPath.type ??= '';
}

/** storage.k8s.io/v1 VolumeAttachment. */
export const volumeAttachments: BehaviourFactory = () => {
  const { main, status } = specStatus({ statusKeepsMetadata: true });
  const shared = { allowUnconditionalUpdate: false, validatesMetadata: true, validateUpdate } as const;
  return {
    strategy: refined<Typed<VolumeAttachment>>(main, {
      ...shared,
      validate: (object) => [...metadataErrors(object.metadata, false, nameIsDnsSubdomain), ...attachmentErrors(object)],
    }),
    status: refined<Typed<VolumeAttachment>>(status, shared),
    returnsDeleted: true,
    defaults: defaultVolumeAttachment,
  };
};
