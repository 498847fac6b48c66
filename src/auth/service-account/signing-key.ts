import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

/** JWS algorithms of service account tokens (RFC 7518). */
export type SigningAlgorithm = 'RS256' | 'ES256' | 'ES384' | 'ES512';

/** A public key that verifies tokens. */
export interface VerificationKey {
  /** base64url(SHA-256(SubjectPublicKeyInfo)), as kube-apiserver names keys. */
  readonly id: string;
  readonly algorithm: SigningAlgorithm;
  readonly publicKey: KeyObject;
}

/** A key that signs tokens as well. */
export interface SigningKey extends VerificationKey {
  readonly privateKey: KeyObject;
}

/**
 * A new RSA 2048 key, made on a thread of libuv's pool: 80-300 ms that don't
 * block the event loop. RSA because every OIDC client takes RS256.
 */
export async function generateSigningKey(): Promise<SigningKey> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return signingKey(privateKey);
}

/** The key of a `--service-account-signing-key-file` (PEM, RSA or EC). */
export function loadSigningKey(pem: string): SigningKey {
  return signingKey(createPrivateKey(pem));
}

/** The key of a `--service-account-key-file`: public, or private, whose public half is meant. */
export function loadVerificationKey(pem: string): VerificationKey {
  return verificationKey(createPublicKey(pem));
}

function signingKey(privateKey: KeyObject): SigningKey {
  return { ...verificationKey(createPublicKey(privateKey)), privateKey };
}

function verificationKey(publicKey: KeyObject): VerificationKey {
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  return { id: createHash('sha256').update(spki).digest('base64url'), algorithm: algorithmOf(publicKey), publicKey };
}

function algorithmOf(key: KeyObject): SigningAlgorithm {
  if (key.asymmetricKeyType === 'rsa') return 'RS256';
  switch (key.asymmetricKeyDetails?.namedCurve) {
    case 'prime256v1':
      return 'ES256';
    case 'secp384r1':
      return 'ES384';
    case 'secp521r1':
      return 'ES512';
    default:
      throw new Error('unknown public key type, must be RSA or EC with curve 256, 384, or 521');
  }
}

/**
 * The keys of a server. The signing key is made upon first need, so that a
 * start which issues no token doesn't pay for one.
 */
export class ServiceAccountKeys {
  private readonly signing: () => Promise<SigningKey>;
  private made: Promise<SigningKey> | undefined;

  /**
   * @param signing what signs; by default a new key, made upon first use
   * @param further keys whose tokens are accepted too, such as those of earlier runs
   */
  constructor(
    signing?: SigningKey,
    private readonly further: readonly VerificationKey[] = [],
  ) {
    this.signing = signing === undefined ? generateSigningKey : () => Promise.resolve(signing);
  }

  /** The key that signs new tokens. */
  signingKey(): Promise<SigningKey> {
    this.made ??= this.signing();
    return this.made;
  }

  /** All keys that verify, the signing one first. */
  async verificationKeys(): Promise<readonly VerificationKey[]> {
    return [await this.signingKey(), ...this.further];
  }
}
