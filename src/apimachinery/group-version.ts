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
