import type { KubeObject } from '../../registry/object.js';

/** certificates.k8s.io/v1 CertificateSigningRequest, as far as signers look at it. */
export interface CertificateSigningRequest extends KubeObject {
  readonly spec: {
    /** Base64 of the PEM. */
    readonly request: string;
    readonly signerName: string;
    readonly expirationSeconds?: number | undefined;
    readonly usages?: readonly string[] | undefined;
    readonly username?: string | undefined;
    readonly uid?: string | undefined;
    readonly groups?: readonly string[] | undefined;
    readonly extra?: Readonly<Record<string, readonly string[]>> | undefined;
  };
  readonly status?:
    | {
        readonly conditions?: readonly SigningCondition[] | undefined;
        /** Base64 of the PEM. */
        readonly certificate?: string | undefined;
      }
    | undefined;
}

export interface SigningCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly lastUpdateTime?: string | undefined;
  readonly lastTransitionTime?: string | undefined;
}

/** The built-in signers. */
export const SIGNER = {
  apiServerClient: 'kubernetes.io/kube-apiserver-client',
  apiServerClientKubelet: 'kubernetes.io/kube-apiserver-client-kubelet',
  kubeletServing: 'kubernetes.io/kubelet-serving',
  legacyUnknown: 'kubernetes.io/legacy-unknown',
} as const;

/** The PEM text of spec.request. */
export function requestPem({ spec }: CertificateSigningRequest): string {
  return Buffer.from(spec.request, 'base64').toString('latin1');
}

/** Whether a condition of this type is true. */
export function hasTrueCondition({ status }: CertificateSigningRequest, type: string): boolean {
  return status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') === true;
}
