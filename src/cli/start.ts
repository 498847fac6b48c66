import { startCluster, type Cluster } from '../cluster.js';
import { OptionError } from '../cluster-options.js';
import { textFlag, UsageError, type FlagValues } from './flags.js';
import { defaultKubeconfigPath, writeKubeconfig } from './kubeconfig-file.js';
import { clusterOptionsFrom } from './server-options.js';
import { surviveFaults } from './survive-faults.js';

/** Starts a cluster from flags, with mistakes turned into advice. */
export async function startFromFlags(values: FlagValues): Promise<{ cluster: Cluster; kubeconfigFile: string }> {
  const options = clusterOptionsFrom(values);
  let cluster: Cluster;
  try {
    cluster = await startCluster({ securePort: 6443, ...options });
    surviveFaults();
  } catch (error) {
    throw explained(error);
  }
  const file = textFlag(values, 'kubeconfig') ?? defaultKubeconfigPath(cluster.port);
  try {
    writeKubeconfig(file, cluster.kubeconfig);
  } catch (error) {
    await cluster.stop();
    throw new UsageError(`--kubeconfig: can't write ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return { cluster, kubeconfigFile: file };
}

function explained(error: unknown): unknown {
  if (error instanceof OptionError) return new UsageError(error.message);
  const { code, port, address } = (error ?? {}) as { code?: unknown; port?: unknown; address?: unknown };
  if (code === 'EADDRINUSE') return new UsageError(`port ${String(port)} is taken; choose another with --secure-port (0 = any free one)`);
  if (code === 'EADDRNOTAVAIL') return new UsageError(`this machine has no address ${String(address)}; choose another with --bind-address`);
  if (code === 'EACCES') return new UsageError(`no right to listen on port ${String(port)}; choose one above 1023 with --secure-port`);
  return error;
}

/** `kubesim [start]`: runs until a signal comes. Resolves with the exit code. */
export async function start(values: FlagValues): Promise<number> {
  const { cluster, kubeconfigFile } = await startFromFlags(values);
  if (values['quiet'] !== true) {
    const bold = process.stdout.isTTY ? (text: string) => `\x1b[1m${text}\x1b[0m` : (text: string) => text;
    process.stdout.write(`kubesim ${cluster.version} is ready at ${bold(cluster.url)}\n`);
    if (cluster.insecureUrl !== undefined) process.stdout.write(`plain HTTP as admin: ${cluster.insecureUrl}\n`);
    process.stdout.write(`kubeconfig: ${kubeconfigFile}\n\n  ${bold(`export KUBECONFIG=${shellQuote(kubeconfigFile)}`)}\n`);
  }
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await cluster.stop();
  return 0;
}

function shellQuote(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
