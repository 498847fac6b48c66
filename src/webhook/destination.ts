import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { verifyHost } from './go-errors.js';
import type { ClusterNetwork } from './network.js';
import type { ServiceResolver } from './service-resolver.js';

/** A server to be called over HTTPS. */
export interface Destination {
  /** The name that its certificate must be for. */
  readonly host: string;
  readonly port: number;
  /** Found by a service instead of by name. */
  readonly service?: { readonly namespace: string; readonly name: string; readonly port: number } | undefined;
  /** `https://host:port`, as errors show it. */
  readonly origin: string;
  readonly path: string;
  /** PEM; those of the system if empty. */
  readonly ca: string;
  /** Any certificate will do (insecureSkipTLSVerify). */
  readonly insecure?: boolean | undefined;
}

/** A client certificate, PEM. */
export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
}

/** Opens TLS connections to destinations, services included. */
export class Connector {
  constructor(
    private readonly network: ClusterNetwork,
    private readonly services: ServiceResolver,
  ) {}

  /** Rejects with errors of node:net and node:tls, and with what the resolver says; see `goErrorText`. */
  async open(destination: Destination, certificate: ClientCertificate | undefined, signal: AbortSignal | undefined): Promise<TLSSocket> {
    const { service, host, port } = destination;
    const address = service === undefined ? { host, port } : await this.services.resolve(service.namespace, service.name, service.port);
    signal?.throwIfAborted();
    const stream = await this.network.connect(address.host, address.port);
    return await secure(stream, destination, certificate, signal);
  }
}

function secure(
  stream: Duplex,
  { host, ca, insecure }: Destination,
  certificate: ClientCertificate | undefined,
  signal: AbortSignal | undefined,
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const options: ConnectionOptions = {
      socket: stream,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(ca === '' ? {} : { ca }),
      // A bundle may hold the server's own certificate, as envtest's does: Go takes that for trust enough.
      allowPartialTrustChain: true,
      ...certificate,
      ALPNProtocols: ['http/1.1'],
      rejectUnauthorized: insecure !== true,
      checkServerIdentity: (_name, peer) => (insecure === true ? undefined : verifyHost(host, peer)),
    };
    const socket = connect(options);
    const fail = (error: Error): void => {
      signal?.removeEventListener('abort', abort);
      socket.destroy();
      stream.destroy();
      reject(error);
    };
    const abort = (): void => {
      fail(signal?.reason as Error);
    };
    socket.once('error', fail);
    socket.once('close', () => {
      fail(new Error('EOF'));
    });
    signal?.addEventListener('abort', abort);
    socket.once('secureConnect', () => {
      signal?.removeEventListener('abort', abort);
      socket.off('error', fail);
      socket.removeAllListeners('close');
      resolve(socket);
    });
    if (signal?.aborted === true) abort();
  });
}
