import type { KubeObject } from '../../../client/client.js';

interface ApiService extends KubeObject {
  readonly spec: { readonly group?: string; readonly version?: string; readonly service?: object };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/**
 * Why discovery can't tell everything, in client-go's words: an APIService whose
 * server doesn't answer. Undefined if it can.
 */
export function discoveryFailure(apiServices: readonly KubeObject[]): string | undefined {
  const stale = (apiServices as readonly ApiService[]).filter(isDown).map(({ spec }) => `${spec.group ?? ''}/${spec.version ?? ''}`);
  if (stale.length === 0) return undefined;
  const groups = stale.sort().map((group) => `${group}: stale GroupVersion discovery: ${group}`);
  return `Discovery failed for some groups, ${String(stale.length)} failing: unable to retrieve the complete list of server APIs: ${groups.join(', ')}`;
}

function isDown({ spec, status }: ApiService): boolean {
  if (spec.service === undefined) return false;
  return status?.conditions?.find(({ type }) => type === 'Available')?.status !== 'True';
}
