import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, X509Certificate, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { pemBlocks, toPem } from './der.js';
import {
  encodeName,
  keyIdentifier,
  NAME_OID,
  NO_ALT_NAMES,
  readCertificate,
  signCertificate,
  type CertificateContents,
  type ExtendedKeyUsage,
  type KeyUsage,
  type NameAttribute,
  type SubjectAltNames,
} from './x509.js';

/** A certificate with its private key, both PEM (`CERTIFICATE`, PKCS #8 `PRIVATE KEY`). */
export interface Credential {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** Whom a client certificate speaks for: CN, O, and the uid attribute of KEP-4564. */
export interface ClientIdentity {
  readonly user: string;
  readonly groups?: readonly string[] | undefined;
  readonly uid?: string | undefined;
}

/** What an authority signs with, where it isn't made by chance. */
export interface AuthorityKey {
  /** EC P-256. */
  readonly privateKey: KeyObject;
  /** An ECDSA signature (DER) over the SHA-256 of the data. */
  readonly sign: (data: Uint8Array) => Uint8Array;
  /** 16 bytes, others each time. */
  readonly serialNumber: () => Uint8Array;
  /** Of the authority itself, in milliseconds since the epoch. */
  readonly validity: { readonly notBefore: number; readonly notAfter: number };
}

export interface CertificateAuthorityOptions {
  /** kubeadm calls the cluster's CA `kubernetes`. */
  readonly commonName?: string | undefined;
  /**
   * Milliseconds since the epoch. Real time by default, whatever clock the
   * cluster runs on: TLS clients compare with theirs.
   */
  readonly now?: (() => number) | undefined;
  /** Default: a new one. */
  readonly key?: AuthorityKey | undefined;
}

/** What a signer decides about a certificate; the rest comes from its request. */
export interface SigningTemplate {
  /** Encoded Name. */
  readonly subject: Uint8Array;
  readonly publicKey: KeyObject;
  readonly altNames?: SubjectAltNames | undefined;
  readonly keyUsages: readonly KeyUsage[];
  readonly extendedKeyUsages: readonly ExtendedKeyUsage[];
  readonly notBefore: Date;
  readonly notAfter: Date;
}

const DAY = 24 * 60 * 60 * 1000;
/** kubeadm: ten years for the CA, one for what it signs. */
const CA_LIFETIME = 3650 * DAY;
const LEAF_LIFETIME = 365 * DAY;
/** Clocks of clients may lag; kubeadm and the signers backdate alike. */
export const BACKDATE = 5 * 60 * 1000;

/** The cluster's certificate authority: made at the start, or loaded from files. */
export class CertificateAuthority {
  private constructor(
    readonly certificatePem: string,
    private readonly key: KeyObject,
    private readonly now: () => number,
    private readonly name: Uint8Array,
    private readonly keyId: Uint8Array,
    private readonly notAfter: number,
    private readonly fixed?: AuthorityKey,
  ) {}

  /** A new CA with an EC P-256 key. */
  static create(options: CertificateAuthorityOptions = {}): CertificateAuthority {
    const now = options.now ?? Date.now;
    const commonName = options.commonName ?? 'kubernetes';
    const { key } = options;
    const privateKey = key?.privateKey ?? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const publicKey = createPublicKey(privateKey);
    const name = encodeName([{ type: NAME_OID.commonName, value: commonName }]);
    const { notBefore, notAfter } = key?.validity ?? { notBefore: now() - BACKDATE, notAfter: now() + CA_LIFETIME };
    const der = signCertificate(
      {
        serialNumber: newSerialNumber(key),
        issuer: name,
        subject: name,
        notBefore: new Date(notBefore),
        notAfter: new Date(notAfter),
        publicKey,
        isCA: true,
        keyUsages: ['digitalSignature', 'keyEncipherment', 'keyCertSign'],
        extendedKeyUsages: [],
        altNames: { ...NO_ALT_NAMES, dnsNames: [commonName] },
      },
      privateKey,
      key?.sign,
    );
    return new CertificateAuthority(toPem('CERTIFICATE', der), privateKey, now, name, keyIdentifier(publicKey), notAfter, key);
  }

  /** A CA from its PEM files; throws if the key is not the certificate's, or the certificate no CA's. */
  static load(certificatePem: string, privateKeyPem: string, options: CertificateAuthorityOptions = {}): CertificateAuthority {
    const block = pemBlocks(certificatePem).find(({ label }) => label === 'CERTIFICATE');
    if (block === undefined) throw new Error('the CA file holds no CERTIFICATE block');
    const certificate = new X509Certificate(block.der);
    const key = createPrivateKey(privateKeyPem);
    if (!certificate.ca) throw new Error('the CA certificate is not marked as a CA (basicConstraints)');
    if (!certificate.checkPrivateKey(key)) throw new Error("the CA's private key does not belong to its certificate");
    const facts = readCertificate(block.der);
    return new CertificateAuthority(
      toPem('CERTIFICATE', block.der),
      key,
      options.now ?? Date.now,
      facts.rawSubject,
      facts.subjectKeyIdentifier ?? keyIdentifier(certificate.publicKey),
      facts.notAfter.getTime(),
    );
  }

  /** PKCS #8. Whoever writes it to a file gives it mode 0600. */
  get privateKeyPem(): string {
    return pkcs8(this.key);
  }

  /** When the CA itself ends (milliseconds since the epoch); nothing it signs lasts longer. */
  get expiresAt(): number {
    return this.notAfter;
  }

  /** A serving certificate for these host names and IP addresses; the first one is the CN when none is given. */
  issueServing(hosts: readonly string[], commonName = 'kube-apiserver'): Credential {
    const unique = [...new Set(hosts)];
    return this.issue([{ type: NAME_OID.commonName, value: commonName }], ['server auth'], LEAF_LIFETIME, {
      ...NO_ALT_NAMES,
      dnsNames: unique.filter((host) => isIP(host) === 0),
      ipAddresses: unique.filter((host) => isIP(host) !== 0),
    });
  }

  /** A client certificate that authenticates as `identity`. */
  issueClient(identity: ClientIdentity, lifetimeSeconds = LEAF_LIFETIME / 1000): Credential {
    const attributes: NameAttribute[] = (identity.groups ?? []).map((value) => ({ type: NAME_OID.organization, value }));
    attributes.push({ type: NAME_OID.commonName, value: identity.user });
    if (identity.uid !== undefined) attributes.push({ type: NAME_OID.userUid, value: identity.uid });
    return this.issue(attributes, ['client auth'], lifetimeSeconds * 1000, NO_ALT_NAMES);
  }

  /** Signs what a certificates.k8s.io signer decided; returns the certificate's PEM. */
  sign(template: SigningTemplate): string {
    const contents: CertificateContents = {
      serialNumber: newSerialNumber(this.fixed),
      issuer: this.name,
      subject: template.subject,
      notBefore: template.notBefore,
      notAfter: template.notAfter.getTime() > this.notAfter ? new Date(this.notAfter) : template.notAfter,
      publicKey: template.publicKey,
      isCA: false,
      keyUsages: template.keyUsages,
      extendedKeyUsages: template.extendedKeyUsages,
      altNames: template.altNames ?? NO_ALT_NAMES,
      authorityKeyIdentifier: this.keyId,
    };
    return toPem('CERTIFICATE', signCertificate(contents, this.key, this.fixed?.sign));
  }

  private issue(
    subject: readonly NameAttribute[],
    extendedKeyUsages: readonly ExtendedKeyUsage[],
    lifetime: number,
    altNames: SubjectAltNames,
  ): Credential {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const now = this.now();
    const certificatePem = this.sign({
      subject: encodeName(subject),
      publicKey,
      altNames,
      keyUsages: ['digitalSignature', 'keyEncipherment'],
      extendedKeyUsages,
      notBefore: new Date(now - BACKDATE),
      notAfter: new Date(now + lifetime),
    });
    return { certificatePem, privateKeyPem: pkcs8(privateKey) };
  }
}

/** What the API server's serving certificate names, as kubeadm does, plus the loopback addresses. */
export function servingHosts(options: {
  /** The `kubernetes` service's cluster IPs. */
  readonly serviceIPs: readonly string[];
  readonly hostname: string;
  readonly clusterDomain?: string | undefined;
  /** Further names and addresses, such as `--tls-san`. */
  readonly extra?: readonly string[] | undefined;
}): string[] {
  const domain = options.clusterDomain ?? 'cluster.local';
  const hosts = [
    'localhost',
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    `kubernetes.default.svc.${domain}`,
    options.hostname.toLowerCase(),
    '127.0.0.1',
    '::1',
    ...options.serviceIPs,
    ...(options.extra ?? []),
  ];
  return [...new Set(hosts)];
}

function pkcs8(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'pkcs8' }) as string;
}

/** 128 random bits, positive and without a leading zero byte (RFC 5280, 4.1.2.2). */
function newSerialNumber(key: AuthorityKey | undefined): Uint8Array {
  const bytes = key?.serialNumber() ?? randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}
