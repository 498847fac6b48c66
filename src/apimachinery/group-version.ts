/** Identities of API types and resources, in Kubernetes' own terms. */

export interface GroupVersion {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
}

export interface GroupVersionKind extends GroupVersion {
  readonly kind: string;
}

export interface GroupVersionResource extends GroupVersion {
  /** Lower-case plural, as in URLs. */
  readonly resource: string;
}

export interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

/** `apps/v1`, or `v1` for the core group: the form of `apiVersion`. */
export function apiVersionOf(gv: GroupVersion): string {
  return gv.group === '' ? gv.version : `${gv.group}/${gv.version}`;
}

/** `/apis/apps/v1`, or `/api/v1` for the core group. */
export function groupVersionPath(gv: GroupVersion): string {
  return gv.group === '' ? `/api/${gv.version}` : `/apis/${gv.group}/${gv.version}`;
}

/** What a URL's path names; empty parts are left out. */
export interface ResourceLocation extends GroupVersionResource {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

/** `/apis/apps/v1/namespaces/NAMESPACE/deployments/NAME/SUBRESOURCE` */
export function resourcePath(location: ResourceLocation): string {
  const { namespace, resource, name, subresource } = location;
  const parts = [...(namespace ? ['namespaces', namespace] : []), resource, name, subresource];
  return [groupVersionPath(location), ...parts.flatMap((part) => (part ? [encodeURIComponent(part)] : []))].join('/');
}

/** Parses `apiVersion`; undefined if it has more than one slash (Go: schema.ParseGroupVersion). */
export function parseApiVersion(text: string): GroupVersion | undefined {
  if (text === '' || text === '/') return { group: '', version: '' };
  const slash = text.indexOf('/');
  if (slash === -1) return { group: '', version: text };
  if (text.indexOf('/', slash + 1) !== -1) return undefined;
  return { group: text.slice(0, slash), version: text.slice(slash + 1) };
}

/** `deployments.apps`, or `pods` for the core group: how errors name a resource. */
export function groupResourceName(gr: GroupResource): string {
  return gr.group === '' ? gr.resource : `${gr.resource}.${gr.group}`;
}
