import type { KubeObject } from '../../../../client/client.js';

/** What the sample API server serves (Go: k8s.io/sample-apiserver/pkg/apis/wardle). */
export const GROUP = 'wardle.example.com';

/** Versions, the preferred one first. */
export const VERSIONS = ['v1beta1', 'v1alpha1'] as const;

export interface WardleResource {
  readonly name: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly versions: readonly string[];
}

export const RESOURCES: readonly WardleResource[] = [
  { name: 'flunders', singular: 'flunder', kind: 'Flunder', namespaced: true, versions: VERSIONS },
  { name: 'fischers', singular: 'fischer', kind: 'Fischer', namespaced: false, versions: ['v1alpha1'] },
];

interface FlunderSpec {
  readonly reference?: string;
  readonly flunderReference?: string;
  readonly fischerReference?: string;
  readonly referenceType?: string;
}

/**
 * A Flunder in another version: v1beta1 has a field for what is referred to of each kind, v1alpha1 one for both.
 * A Fischer has one version.
 */
export function inVersion(object: KubeObject, version: string): KubeObject {
  const { metadata, kind, apiVersion, ...rest } = object;
  const head = { apiVersion: `${GROUP}/${version}`, kind, metadata };
  if (kind !== 'Flunder') return { ...head, ...rest };
  const { spec = {} } = object as { spec?: FlunderSpec };
  const isBeta = apiVersion === `${GROUP}/v1beta1`;
  const [target, source] = [version === 'v1beta1', isBeta];
  return { ...head, spec: target === source ? spec : target ? betaSpec(spec) : alphaSpec(spec), status: {} } as KubeObject;
}

function betaSpec({ reference, referenceType }: FlunderSpec): FlunderSpec {
  if (reference === undefined || reference === '') return referenceType === undefined ? {} : { referenceType };
  return referenceType === 'Fischer'
    ? { fischerReference: reference, referenceType }
    : { flunderReference: reference, referenceType: referenceType ?? 'Flunder' };
}

function alphaSpec({ flunderReference, fischerReference, referenceType }: FlunderSpec): FlunderSpec {
  const reference = flunderReference ?? fischerReference;
  return { ...(reference === undefined ? {} : { reference }), ...(referenceType === undefined ? {} : { referenceType }) };
}
