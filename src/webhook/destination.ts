import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { CallError, verifyHost } from './go-errors.js';
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

  /** Rejects with errors of node:net and node:tls, with a CallError, and with what the resolver says; see `goErrorText`. */
  async open(destination: Destination, certificate: ClientCertificate | undefined): Promise<TLSSocket> {
    const { service, host, port } = destination;
    const address = service === undefined ? { host, port } : await this.services.resolve(service.namespace, service.name, service.port);
    return await secure(await this.network.connect(address.host, address.port), destination, certificate);
  }
}

/** As in Go's transport. Milliseconds. */
const HANDSHAKE_TIMEOUT = 10_000;

function ignore(): void {
  // Whoever uses the connection sees that it has ended.
}

function secure(stream: Duplex, { host, ca, insecure }: Destination, certificate: ClientCertificate | undefined): Promise<TLSSocket> {
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
      clearTimeout(timer);
      socket.destroy();
      stream.destroy();
      reject(error);
    };
    const hungUp = (): void => {
      fail(new CallError('EOF'));
    };
    // Real time, whatever clock the cluster runs on: the server at the other end lives in it.
    const timer = setTimeout(() => {
      fail(new CallError('net/http: TLS handshake timeout'));
    }, HANDSHAKE_TIMEOUT);
    socket.once('error', fail);
    socket.once('close', hungUp);
    socket.once('secureConnect', () => {
      clearTimeout(timer);
      // Until its user listens, a failure must not be nobody's.
      socket.on('error', ignore);
      socket.off('error', fail);
      socket.off('close', hungUp);
      resolve(socket);
    });
  });
}
