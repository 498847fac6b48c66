import type { AdmissionChain } from '../../admission/admission.js';
import type { GroupVersionKind } from '../../apimachinery/group-version.js';
import type { Stored, Watch } from '../../storage/storage.js';
import type { KubeObject } from '../object.js';
import type { RequestContext } from '../request.js';
import type { ResourceDefinition, Subresource } from '../resource.js';
import type { WatchEnd, WatchReceiver } from '../watch.js';

/** The query of a request, parsed (`?a=1&a=2` → a: ['1','2']). */
export type Query = ReadonlyMap<string, readonly string[]>;

/** A body as it came, or an object from an in-process client. */
export type RequestBody = { readonly bytes: Buffer; readonly mediaType: MediaType } | { readonly object: KubeObject };

/** What bodies are written in. */
export type MediaType = 'json' | 'yaml' | 'protobuf';

/** A request for a resource, past authentication, authorization and content negotiation. */
export interface ResourceRequest {
  readonly definition: ResourceDefinition;
  readonly subresource: { readonly name: string; readonly spec: Subresource } | undefined;
  readonly context: RequestContext;
  readonly query: Query;
  readonly body: RequestBody | undefined;
}

/** The answer in terms of objects; `server/` encodes it, in-process clients take it as it is. */
export type ResourceResult =
  | {
      readonly kind: 'object';
      readonly status: number;
      readonly object: KubeObject;
      readonly stored: Stored<KubeObject> | undefined;
      readonly gvk: GroupVersionKind;
    }
  | {
      readonly kind: 'list';
      readonly items: readonly Stored<KubeObject>[];
      readonly revision: number;
      readonly continue: string;
      readonly remainingItemCount: number | undefined;
    }
  | {
      readonly kind: 'watch';
      readonly timeoutSeconds: number;
      readonly open: (receiver: WatchReceiver, onEnd?: WatchEnd) => Promise<Watch>;
    }
  /** A metav1.Status of success, or another plain body. */
  | { readonly kind: 'status'; readonly status: number; readonly body: Readonly<Record<string, unknown>> };

/** What handlers need from the server. */
export interface HandlerEnvironment {
  readonly admission: AdmissionChain;
  /** Throws 403 if the request's user may not create this resource (PUT or apply of a missing object). */
  readonly authorizeCreate: (request: ResourceRequest) => Promise<void> | void;
  /** RFC 3339 time of now, for managedFields. */
  readonly now: () => string;
}
