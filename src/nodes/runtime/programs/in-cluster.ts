import { contentOf } from '../fs/nodes.js';
import type { Process } from '../process/process.js';

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** How a program in a pod reaches the API server, by its environment and its service account's files (Go: rest.InClusterConfig). */
export class InClusterConfig {
  /** PEM file of the cluster's authority. */
  readonly caFile = `${ACCOUNT}/ca.crt`;

  constructor(private readonly process: Process) {}

  /** Read anew each time: it is replaced before it runs out. */
  get token(): string | undefined {
    return this.text('token');
  }

  get namespace(): string | undefined {
    return this.text('namespace');
  }

  /** `https://10.96.0.1:443`; undefined outside of a cluster, or without a token. */
  get server(): string | undefined {
    const { env } = this.process;
    const host = env.get('KUBERNETES_SERVICE_HOST');
    if (host === undefined || this.token === undefined) return undefined;
    return `https://${host.includes(':') ? `[${host}]` : host}:${env.get('KUBERNETES_SERVICE_PORT') ?? '443'}`;
  }

  private text(name: string): string | undefined {
    const node = this.process.fs.tryLookup(`${ACCOUNT}/${name}`);
    return node?.kind === 'file' ? Buffer.from(contentOf(node)).toString('utf8') : undefined;
  }
}
