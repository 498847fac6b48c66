import { posix } from 'node:path';
import type { WebhookClientConfig } from '../schema/generated/admissionregistration-v1.js';
import type { Destination } from './destination.js';

const HTTPS = 443;

/** Where a webhook's clientConfig leads; a string is what is wrong with it (Go: apiserver/pkg/util/webhook.ClientManager). */
export function destinationOf({ url, service, caBundle = '' }: WebhookClientConfig): Destination | string {
  const ca = Buffer.from(caBundle, 'base64').toString('latin1').trim();
  if (service !== undefined) {
    const { name = '', namespace = '', port = HTTPS, path = '' } = service;
    const host = `${name}.${namespace}.svc`;
    return { host, port, service: { name, namespace, port }, origin: `https://${host}:${String(port)}`, path: clean(path), ca };
  }
  if (url === undefined || url === '') return 'webhook configuration must have either service or URL';
  return destinationOfUrl(url, ca) ?? `Unparsable URL: parse ${JSON.stringify(url)}: invalid URL`;
}

/** An https URL as a destination; undefined if it is none. */
export function destinationOfUrl(text: string, ca: string): Destination | undefined {
  if (!URL.canParse(text)) return undefined;
  const { hostname, port, host, pathname, protocol, search } = new URL(text);
  if (protocol !== 'https:') return undefined;
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? HTTPS : Number(port),
    origin: `https://${host}`,
    path: clean(pathname) + search,
    ca,
  };
}

/** The path as Go's client joins it: without a slash at its end. */
function clean(path: string): string {
  const joined = posix.join('/', path);
  return joined.length > 1 && joined.endsWith('/') ? joined.slice(0, -1) : joined;
}
