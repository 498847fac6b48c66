import type { KubeObject } from '../../object.js';

export const PODS = { group: '', resource: 'pods' };

/** What actions on pods answer: a Status that says so, with code 201. */
export function success(): KubeObject {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } as KubeObject;
}
