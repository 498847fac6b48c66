import type { Access } from './access.js';
import type { CertificateAuthority } from './auth/certificates.js';
import { pemBlocks } from './auth/der.js';
import { tokenSecretStep } from './auth/service-account/token-secret.js';
import { autoApproval } from './auth/signing/auto-approval.js';
import type { CertificateSigningRequest } from './auth/signing/certificate-signing-request.js';
import { signRequest } from './auth/signing/signer.js';
import { readCertificate } from './auth/x509.js';
import type { ClusterKeys } from './controllers/access/cluster-keys.js';

/** What controllers may do with the keys of a cluster. Certificates go by real time, whatever clock the cluster has: so do TLS clients. */
export function clusterKeys(authority: CertificateAuthority, access: Access): ClusterKeys {
  return {
    sign: (request) => signRequest(request as CertificateSigningRequest, { authority, now: Date.now }),
    autoApproval: (request) => autoApproval(request as CertificateSigningRequest, access.authorizer),
    certificateEnd: (certificate) => {
      const [block] = pemBlocks(Buffer.from(certificate, 'base64').toString('latin1'));
      return block === undefined ? undefined : readCertificate(block.der).notAfter.getTime();
    },
    tokenSecretStep: (secret, account) => tokenSecretStep(secret, account, { keys: access.keys, caPem: authority.certificatePem }),
  };
}
