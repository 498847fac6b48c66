import { createHash, X509Certificate } from 'node:crypto';
import { pemBlocks } from '../der.js';
import { CREDENTIAL_ID, userInfo } from '../identities.js';
import { EXTENDED_KEY_USAGE_OID, NAME_OID, readCertificate, type CertificateFacts } from '../x509.js';
import { AuthenticationError, type Authenticator, type AuthRequest, type AuthResult, type PeerConnection } from './authenticator.js';

/** More intermediates than this are not followed. */
const MAX_CHAIN = 8;

/**
 * Authenticates by TLS client certificate: CN is the user, each O a group
 * (Go: apiserver/pkg/authentication/request/x509). The TLS server only asks for
 * a certificate (`requestCert`, `rejectUnauthorized: false`); trust is decided here.
 */
export class ClientCertificates implements Authenticator {
  private readonly roots: readonly X509Certificate[];
  /** A connection presents one certificate for life; what it proves is worked out once. */
  private readonly seen = new WeakMap<PeerConnection, Verdict>();

  /**
   * @param bundles PEM bundles of the CAs that may sign: the cluster's own and `--client-ca-file`
   * @param now milliseconds since the epoch, for expiry
   */
  constructor(
    bundles: readonly string[],
    private readonly now: () => number,
  ) {
    this.roots = bundles.flatMap((pem) => certificatesIn(pem));
  }

  authenticate(request: AuthRequest): AuthResult | undefined {
    const { connection } = request;
    if (connection === undefined) return undefined;
    let verdict = this.seen.get(connection);
    if (verdict === undefined) {
      const certificate = connection.getPeerX509Certificate();
      verdict = certificate === undefined ? { result: undefined } : this.judge(certificate);
      this.seen.set(connection, verdict);
    }
    if (verdict.error !== undefined) throw new AuthenticationError(verdict.error);
    const { result } = verdict;
    if (result?.expiresAt !== undefined && this.now() > result.expiresAt) {
      throw new AuthenticationError('x509: certificate has expired or is not yet valid');
    }
    return result;
  }

  private judge(leaf: X509Certificate): Verdict {
    try {
      const facts = readCertificate(leaf.raw);
      const expiresAt = this.verify(leaf, facts);
      return { result: identify(leaf, facts, expiresAt) };
    } catch (error) {
      return { result: undefined, error: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Returns when the chain ends; throws if it doesn't lead to a root. */
  private verify(leaf: X509Certificate, leafFacts: CertificateFacts): number {
    let certificate = leaf;
    let facts = leafFacts;
    let expiresAt = Infinity;
    for (let depth = 0; depth < MAX_CHAIN; depth++) {
      const now = this.now();
      if (now < facts.notBefore.getTime() || now > facts.notAfter.getTime()) {
        throw new AuthenticationError('x509: certificate has expired or is not yet valid');
      }
      if (!mayAuthenticateClients(facts)) throw new AuthenticationError('x509: certificate specifies an incompatible key usage');
      expiresAt = Math.min(expiresAt, facts.notAfter.getTime());
      for (const root of this.roots) {
        if (!issued(root, certificate)) continue;
        const rootEnd = new Date(root.validTo).getTime();
        if (now <= rootEnd && now >= new Date(root.validFrom).getTime()) return Math.min(expiresAt, rootEnd);
      }
      const next = certificate.issuerCertificate;
      if (next === undefined || !next.ca || !issued(next, certificate) || next.raw.equals(certificate.raw)) break;
      certificate = next;
      facts = readCertificate(next.raw);
    }
    throw new AuthenticationError('x509: certificate signed by unknown authority');
  }
}

interface Verdict {
  readonly result: AuthResult | undefined;
  readonly error?: string;
}

function issued(issuer: X509Certificate, subject: X509Certificate): boolean {
  return subject.checkIssued(issuer) && subject.verify(issuer.publicKey);
}

function mayAuthenticateClients({ extendedKeyUsages }: CertificateFacts): boolean {
  if (extendedKeyUsages === undefined) return true;
  return extendedKeyUsages.includes(EXTENDED_KEY_USAGE_OID['client auth']) || extendedKeyUsages.includes(EXTENDED_KEY_USAGE_OID.any);
}

function identify(leaf: X509Certificate, facts: CertificateFacts, expiresAt: number): AuthResult | undefined {
  const values = (type: string): string[] =>
    facts.subject.flatMap((part) => (part.type === type && part.value !== undefined ? [part.value] : []));
  // Go's pkix.Name keeps the last common name.
  const name = values(NAME_OID.commonName).at(-1) ?? '';
  if (name === '') return undefined;
  const uids = facts.subject.filter((part) => part.type === NAME_OID.userUid);
  const [uid] = uids;
  if (uids.length > 1)
    throw new AuthenticationError(`expected 1 UID, but found multiple: [${uids.map((part) => part.value ?? '').join(' ')}]`);
  if (uid !== undefined && uid.value === undefined) throw new AuthenticationError('unable to parse UID into a string');
  if (uid?.value === '') throw new AuthenticationError('UID cannot be an empty string');
  const fingerprint = createHash('sha256').update(leaf.raw).digest('hex');
  return {
    user: userInfo({
      name,
      uid: uid?.value ?? '',
      groups: values(NAME_OID.organization),
      extra: { [CREDENTIAL_ID]: [`X509SHA256=${fingerprint}`] },
    }),
    expiresAt,
  };
}

/** The certificates of a PEM bundle; throws if it holds none. */
export function certificatesIn(pem: string): X509Certificate[] {
  const certificates = pemBlocks(pem).flatMap(({ label, der }) => (label === 'CERTIFICATE' ? [new X509Certificate(der)] : []));
  if (certificates.length === 0) throw new Error('data does not contain any valid RSA or ECDSA certificates');
  return certificates;
}
