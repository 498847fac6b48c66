import { isIP, isIPv6 } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { goQuote } from '../apimachinery/field-error.js';

/** What went wrong on the way to another server, in the words of Go's net/http. */
export class CallError extends Error {
  override readonly name = 'CallError';
}

/** Nobody listens at an address of the simulated network. */
export class ConnectionRefused extends Error {
  readonly code = 'ECONNREFUSED';

  constructor(
    readonly address: string,
    readonly port: number,
  ) {
    super(`connect ECONNREFUSED ${address}:${String(port)}`);
  }
}

const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connect: connection refused',
  EHOSTUNREACH: 'connect: no route to host',
  ENETUNREACH: 'connect: network is unreachable',
  ETIMEDOUT: 'connect: connection timed out',
  EADDRNOTAVAIL: 'connect: cannot assign requested address',
  EACCES: 'connect: permission denied',
};

const UNKNOWN_AUTHORITY = 'tls: failed to verify certificate: x509: certificate signed by unknown authority';

const CERTIFICATE_ERRORS: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  CERT_SIGNATURE_FAILURE: UNKNOWN_AUTHORITY,
  CERT_HAS_EXPIRED: 'tls: failed to verify certificate: x509: certificate has expired or is not yet valid',
  CERT_NOT_YET_VALID: 'tls: failed to verify certificate: x509: certificate has expired or is not yet valid',
  INVALID_PURPOSE: 'tls: failed to verify certificate: x509: certificate specifies an incompatible key usage',
};

interface NodeError extends Error {
  readonly code?: string;
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
  readonly errors?: readonly Error[];
}

/** The text that Go has for an error of node:net, node:tls or node:http. */
export function goErrorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof CallError) return error.message;
  const { code = '', address, port, hostname, errors } = error as NodeError;
  // Several addresses were tried (happy eyeballs); the first tells enough.
  if (errors?.[0] !== undefined) return goErrorText(errors[0]);
  const system = SYSTEM_ERRORS[code];
  if (system !== undefined) return address === undefined ? `dial tcp: ${system}` : `dial tcp ${hostPort(address, port ?? 0)}: ${system}`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `dial tcp: lookup ${hostname ?? ''}: no such host`;
  const certificate = CERTIFICATE_ERRORS[code];
  if (certificate !== undefined) return certificate;
  if (code === 'ECONNRESET') return error.message === 'socket hang up' ? 'EOF' : 'read: connection reset by peer';
  if (code === 'EPIPE') return 'write: broken pipe';
  if (code.startsWith('ERR_SSL_WRONG_VERSION_NUMBER') || code.startsWith('ERR_SSL_HTTP_REQUEST')) {
    return 'http: server gave HTTP response to HTTPS client';
  }
  if (code.startsWith('ERR_SSL_')) return `remote error: tls: ${code.slice('ERR_SSL_'.length).toLowerCase().replaceAll('_', ' ')}`;
  if (code.startsWith('HPE_')) return `net/http: HTTP/1.x transport connection broken: malformed HTTP response ${goQuote('')}`;
  return error.message;
}

/** `127.0.0.1:443`, `[::1]:443`. */
export function hostPort(host: string, port: number): string {
  return isIPv6(host) ? `[${host}]:${String(port)}` : `${host}:${String(port)}`;
}

/** Compares a server's certificate with the name it is called by, as Go does: subject alternative names count, the common name doesn't. */
export function verifyHost(host: string, certificate: PeerCertificate): Error | undefined {
  const names = (certificate.subjectaltname ?? '').split(', ').filter((name) => name !== '');
  const failure = (text: string): Error => new CallError(`tls: failed to verify certificate: x509: ${text}`);
  if (names.length === 0 && certificate.subject.CN === host)
    return failure('certificate relies on legacy Common Name field, use SANs instead');
  if (isIP(host) !== 0) {
    const addresses = names.filter((name) => name.startsWith('IP Address:')).map((name) => name.slice('IP Address:'.length));
    if (addresses.length === 0) return failure(`cannot validate certificate for ${host} because it doesn't contain any IP SANs`);
    return checkServerIdentity(host, certificate) === undefined
      ? undefined
      : failure(`certificate is valid for ${addresses.join(', ')}, not ${host}`);
  }
  const hosts = names.filter((name) => name.startsWith('DNS:')).map((name) => name.slice('DNS:'.length));
  if (checkServerIdentity(host, certificate) === undefined) return undefined;
  return hosts.length === 0
    ? failure(`certificate is not valid for any names, but wanted to match ${host}`)
    : failure(`certificate is valid for ${hosts.join(', ')}, not ${host}`);
}
