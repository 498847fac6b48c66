import type { KubeObject } from '../client/client.js';

/** A core/v1 Secret, as far as its data go. */
export interface SecretObject extends KubeObject {
  readonly type?: string | undefined;
  /** Base64. */
  readonly data?: Readonly<Record<string, string>> | undefined;
}

/** The decoded bytes of one key; undefined if it isn't there. */
export function secretBytes(secret: SecretObject, key: string): Buffer | undefined {
  const { data } = secret;
  if (data === undefined || !Object.hasOwn(data, key)) return undefined;
  return Buffer.from(data[key] ?? '', 'base64');
}

/** One key's value as text; empty if it isn't there. */
export function secretText(secret: SecretObject, key: string): string {
  return secretBytes(secret, key)?.toString('utf8') ?? '';
}
