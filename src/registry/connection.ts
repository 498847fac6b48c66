import type { Duplex, Readable } from 'node:stream';
import type { ExecOptions, ExecSession } from './kubelet.js';

/** What a request for a stream or a proxy leads to, found in order; `server/` joins the client with it. */
export type Connection =
  /** An answer without content (204). */
  | { readonly kind: 'empty' }
  | { readonly kind: 'log'; readonly open: () => Promise<Readable> }
  /** exec and attach; the command is empty for attach. */
  | { readonly kind: 'program'; readonly options: ExecOptions; readonly open: () => Promise<ExecSession> }
  | {
      readonly kind: 'ports';
      readonly pod: string;
      readonly uid: string;
      readonly check: () => Promise<void>;
      readonly dial: (port: number) => Promise<Duplex>;
    }
  | ProxyConnection;

/** An HTTP server in the cluster's network. */
export interface ProxyConnection {
  readonly kind: 'proxy';
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** Rejects with the 503 that the real server answers if nobody listens. */
  readonly dial: () => Promise<Duplex>;
}
