import type { GroupVersionResource } from '../apimachinery/group-version.js';
import type { Json } from '../schema/type.js';

/** What OpenAPI needs to know of one served version of a CustomResourceDefinition. */
export interface CustomOpenApi extends GroupVersionResource {
  readonly kind: string;
  readonly listKind: string;
  readonly namespaced: boolean;
  /** `openAPIV3Schema` as stored; undefined if there is none, or if it is not structural. */
  readonly schema?: Json | undefined;
  /** spec.preserveUnknownFields of the whole definition. */
  readonly preserveUnknownFields?: boolean | undefined;
  readonly status: boolean;
  readonly scale: boolean;
  /** JSON paths of selectableFields: `.spec.color`. */
  readonly selectableFields?: readonly string[] | undefined;
}
