import type { KubeObject, Typed } from '../../client/client.js';
import type { SecretObject } from '../../component-helpers/secrets.js';
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from '../../schema/generated/certificates-v1.js';

export type Request = Typed<CertificateSigningRequest>;

/**
 * What controllers need the cluster's keys for, or its knowledge of certificates.
 * The keys stay where they are: what is handed over is what may be done with them.
 */
export interface ClusterKeys {
  /** What the built-in signers want written into the status of a request; undefined if nothing. Throws for one that can't be read. */
  sign(request: Request): { readonly certificate: string } | { readonly condition: CertificateSigningRequestCondition } | undefined;
  /** The condition that lets a kubelet have its client certificate; undefined if a person must say so. */
  autoApproval(request: Request): CertificateSigningRequestCondition | undefined;
  /** When a certificate ends (milliseconds since the epoch); undefined if it can't be read. @param certificate base64 of a PEM */
  certificateEnd(certificate: string): number | undefined;
  /** What a Secret for a service account's token lacks. @param account the account that it names, if there is one */
  tokenSecretStep(
    secret: SecretObject,
    account: KubeObject | undefined,
  ): Promise<{ readonly action: 'none' | 'delete' } | { readonly action: 'update'; readonly secret: SecretObject }>;
}
