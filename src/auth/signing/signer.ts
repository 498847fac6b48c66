import { formatTime } from '../../apimachinery/time.js';
import { BACKDATE, type CertificateAuthority } from '../certificates.js';
import {
  encodeName,
  EXTENDED_KEY_USAGE_OID,
  readCertificateRequest,
  type CertificateRequest,
  type ExtendedKeyUsage,
  type KeyUsage,
  type NameAttribute,
} from '../x509.js';
import {
  hasTrueCondition,
  requestPem,
  SIGNER,
  type CertificateSigningRequest,
  type SigningCondition,
} from './certificate-signing-request.js';
import { kubeletClientFault, kubeletServingFault } from './kubelet-request.js';

/** What a signer wants written into the status. */
export type SigningOutcome =
  /** Base64 of the PEM, for status.certificate. */
  | { readonly certificate: string }
  /** To be appended to status.conditions. */
  | { readonly condition: SigningCondition };

export interface SignerOptions {
  readonly authority: CertificateAuthority;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** `--cluster-signing-duration` in seconds: a year by default. */
  readonly maxDurationSeconds?: number | undefined;
}

const YEAR = 365 * 24 * 3600;
const MIN_DURATION = 600;
/** Shorter certificates don't lose what backdating took. */
const SHORT = 8 * 3600;

/**
 * What the built-in signers do with a request: undefined if there is nothing to
 * do yet, or no more, or the signer isn't one of them (Go:
 * pkg/controller/certificates/signer). Throws an Error for a request that can't
 * be read, which the controller retries.
 */
export function signRequest(csr: CertificateSigningRequest, options: SignerOptions): SigningOutcome | undefined {
  const { signerName, usages = [], expirationSeconds } = csr.spec;
  if (csr.status?.certificate || !hasTrueCondition(csr, 'Approved') || hasTrueCondition(csr, 'Denied') || hasTrueCondition(csr, 'Failed'))
    return undefined;
  const findFault = FAULTS.get(signerName);
  if (findFault === undefined) return undefined;
  const request = readCertificateRequest(requestPem(csr));
  const now = options.now();
  const fault = findFault(request, usages);
  if (fault !== undefined) {
    const lastUpdateTime = formatTime(now);
    return { condition: { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message: fault, lastUpdateTime } };
  }
  if (!request.signatureValid()) throw new Error('unable to verify certificate request signature');
  const seconds = duration(expirationSeconds, options.maxDurationSeconds ?? YEAR);
  const pem = options.authority.sign({
    subject: encodeName(standardAttributes(request)),
    publicKey: request.publicKey,
    altNames: request.altNames,
    ...splitUsages(usages),
    notBefore: new Date(now - BACKDATE),
    notAfter: new Date(now + seconds * 1000 - (seconds < SHORT ? 0 : BACKDATE)),
  });
  return { certificate: Buffer.from(pem).toString('base64') };
}

type FindFault = (request: CertificateRequest, usages: readonly string[]) => string | undefined;

const FAULTS: ReadonlyMap<string, FindFault> = new Map<string, FindFault>([
  [SIGNER.apiServerClient, (_, usages) => clientUsagesFault(usages)],
  [SIGNER.apiServerClientKubelet, kubeletClientFault],
  [SIGNER.kubeletServing, kubeletServingFault],
  [SIGNER.legacyUnknown, () => undefined],
]);

function clientUsagesFault(usages: readonly string[]): string | undefined {
  const odd = usages.find((usage) => usage !== 'digital signature' && usage !== 'key encipherment' && usage !== 'client auth');
  if (odd !== undefined) return `invalid usage for client certificate: ${odd}`;
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
}

function duration(requested: number | undefined, max: number): number {
  if (requested === undefined || requested > max) return max;
  return Math.max(requested, MIN_DURATION);
}

/**
 * Names of X.520 that Go knows, in the order in which it writes them. Others,
 * such as the user's uid, don't come from a request into a certificate.
 */
const STANDARD_ATTRIBUTES = ['2.5.4.6', '2.5.4.10', '2.5.4.11', '2.5.4.7', '2.5.4.8', '2.5.4.9', '2.5.4.17', '2.5.4.3', '2.5.4.5'];

function standardAttributes({ subject }: CertificateRequest): NameAttribute[] {
  return STANDARD_ATTRIBUTES.flatMap((type) =>
    subject.flatMap((attribute) => (attribute.type === type && attribute.value !== undefined ? [{ type, value: attribute.value }] : [])),
  );
}

const KEY_USAGE_NAMES: ReadonlyMap<string, KeyUsage> = new Map([
  ['signing', 'digitalSignature'],
  ['digital signature', 'digitalSignature'],
  ['content commitment', 'contentCommitment'],
  ['key encipherment', 'keyEncipherment'],
  ['key agreement', 'keyAgreement'],
  ['data encipherment', 'dataEncipherment'],
  ['cert sign', 'keyCertSign'],
  ['crl sign', 'cRLSign'],
  ['encipher only', 'encipherOnly'],
  ['decipher only', 'decipherOnly'],
]);

function splitUsages(usages: readonly string[]): { keyUsages: KeyUsage[]; extendedKeyUsages: ExtendedKeyUsage[] } {
  const given = new Set(usages.map((usage) => (usage === 's/mime' ? 'email protection' : usage)));
  const keyUsages = new Set<KeyUsage>();
  for (const usage of given) {
    const keyUsage = KEY_USAGE_NAMES.get(usage);
    if (keyUsage !== undefined) keyUsages.add(keyUsage);
    else if (!Object.hasOwn(EXTENDED_KEY_USAGE_OID, usage)) throw new Error(`unrecognized usage values: ["${usage}"]`);
  }
  const extended = (Object.keys(EXTENDED_KEY_USAGE_OID) as ExtendedKeyUsage[]).filter((usage) => given.has(usage));
  return { keyUsages: [...keyUsages], extendedKeyUsages: extended };
}
