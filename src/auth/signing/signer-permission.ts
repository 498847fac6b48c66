import type { UserInfo } from '../../apimachinery/user-info.js';
import { resourceAttributes } from '../authorization/attributes.js';
import type { Authorizer } from '../authorization/authorizer.js';

/**
 * Whether a user may approve for, sign as or attest for a signer: by its name,
 * or by `<domain>/*` (Go: pkg/certauthorization). The admission plug-ins
 * CertificateApproval, CertificateSigning and ClusterTrustBundleAttest ask.
 */
export function maySign(authorizer: Authorizer, user: UserInfo, verb: 'approve' | 'sign' | 'attest', signerName: string): boolean {
  const [domain = ''] = signerName.split('/');
  return [signerName, `${domain}/*`].some((name) => {
    const question = { verb, group: 'certificates.k8s.io', resource: 'signers', name };
    return authorizer.authorize(resourceAttributes(user, question)).decision === 'allow';
  });
}
