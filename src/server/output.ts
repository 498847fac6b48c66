import type { MetaVersion } from '../registry/printers/table.js';

/** What the client asked the answer to be (Go: negotiation.MediaTypeOptions). */
export interface Output {
  readonly format: 'json' | 'yaml' | 'protobuf';
  /** `as=` of the Accept header: a projection of the object. */
  readonly as: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList' | undefined;
  /** The version of the projection: v1, v1beta1. */
  readonly version: MetaVersion;
  readonly pretty: boolean;
}

export const CONTENT_TYPES: Readonly<Record<Output['format'], string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
};
