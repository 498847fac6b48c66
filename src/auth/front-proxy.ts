import { REMOTE_HEADERS } from './authentication/request-header.js';
import type { CertificateAuthority } from './certificates.js';

/** kubeadm's name for the API server as the front proxy of aggregated servers. */
const NAME = 'front-proxy-client';

/** The client certificate (PEM) of the front proxy; made when it is first asked for. */
export function frontProxyCertificate(ca: CertificateAuthority): () => { readonly cert: string; readonly key: string } {
  let made: { readonly cert: string; readonly key: string } | undefined;
  return () => {
    if (made === undefined) {
      const { certificatePem, privateKeyPem } = ca.issueClient({ user: NAME });
      made = { cert: certificatePem, key: privateKeyPem };
    }
    return made;
  };
}

/** What the ConfigMap extension-apiserver-authentication says about the front proxy. @param caPem the authority of its certificate */
export function frontProxyTrust(caPem: string): Readonly<Record<string, string>> {
  const list = (names: readonly string[]): string => JSON.stringify(names.map(canonical));
  return {
    'requestheader-allowed-names': JSON.stringify([NAME]),
    'requestheader-client-ca-file': caPem,
    'requestheader-extra-headers-prefix': list(REMOTE_HEADERS.extraHeaderPrefixes),
    'requestheader-group-headers': list(REMOTE_HEADERS.groupHeaders),
    'requestheader-uid-headers': list(REMOTE_HEADERS.uidHeaders),
    'requestheader-username-headers': list(REMOTE_HEADERS.usernameHeaders),
  };
}

/** `x-remote-user` → `X-Remote-User`. */
function canonical(header: string): string {
  return header.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}
