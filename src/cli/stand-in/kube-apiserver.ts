import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PLUGINS } from '../../admission/plugins.js';
import { startCluster } from '../../cluster.js';
import type { ClusterOptions } from '../../cluster-options.js';
import { streamLogger } from '../../server/logger.js';
import { UsageError } from '../flags.js';
import { surviveFaults } from '../survive-faults.js';
import { LooseFlags } from './loose-flags.js';
import { untilSignal } from './until-signal.js';

/** kube-apiserver's flags that mean something here. */
const KNOWN: ReadonlySet<string> = new Set([
  'audit-log-path',
  'audit-policy-file',
  'authorization-mode',
  'bind-address',
  'cert-dir',
  'client-ca-file',
  'disable-admission-plugins',
  'enable-admission-plugins',
  'secure-port',
  'service-account-issuer',
  'service-account-key-file',
  'service-account-signing-key-file',
  'service-cluster-ip-range',
  'tls-cert-file',
  'tls-private-key-file',
  'token-auth-file',
  'v',
]);
/** Those that need no mention: what they are about is not part of kubesim. */
const POINTLESS: ReadonlySet<string> = new Set(['advertise-address', 'allow-privileged', 'etcd-servers', 'insecure-port']);
const MODES: ReadonlySet<string> = new Set(['Node', 'RBAC', 'AlwaysAllow']);

/** `kube-apiserver` as envtest starts it: an API server alone, without controllers and nodes. */
export async function kubeApiserver(args: readonly string[]): Promise<number> {
  const flags = new LooseFlags(args);
  const odd = flags.names.filter((name) => !KNOWN.has(name) && !POINTLESS.has(name));
  if (odd.length > 0) process.stderr.write(`kubesim ignores ${odd.map((name) => `--${name}`).join(', ')}\n`);
  const cluster = await startCluster(optionsFrom(flags));
  surviveFaults();
  await untilSignal();
  await cluster.stop();
  return 0;
}

function optionsFrom(flags: LooseFlags): ClusterOptions {
  const file = (name: string): string | undefined => {
    const named = flags.last(name);
    return named === undefined ? undefined : read(name, named);
  };
  return {
    bindAddress: flags.last('bind-address'),
    securePort: Number(flags.last('secure-port') ?? 6443),
    serving: servingFrom(flags),
    clientCa: file('client-ca-file'),
    tokens: file('token-auth-file'),
    serviceAccountSigningKey: file('service-account-signing-key-file'),
    serviceAccountKeys: flags.all('service-account-key-file').map((name) => read('service-account-key-file', name)),
    serviceAccountIssuer: flags.last('service-account-issuer'),
    serviceClusterIpRange: flags.last('service-cluster-ip-range'),
    authorizationModes: flags.list('authorization-mode')?.filter((mode) => MODES.has(mode)) as ClusterOptions['authorizationModes'],
    enableAdmissionPlugins: plugins(flags.list('enable-admission-plugins')),
    disableAdmissionPlugins: plugins(flags.list('disable-admission-plugins')),
    auditLogPath: flags.last('audit-log-path'),
    auditPolicy: file('audit-policy-file'),
    controllers: ['-*'],
    nodes: 0,
    logger: streamLogger('text', Number(flags.last('v') ?? 0) || 0, (line) => process.stderr.write(line)),
  };
}

/** Plug-ins that can be switched here; others are left as they are. */
function plugins(names: readonly string[] | undefined): readonly string[] | undefined {
  return names?.filter((name) => PLUGINS.some((entry) => entry.name === name && entry.unsupported === undefined));
}

/** The certificate that the files name, or that is in --cert-dir already. */
function servingFrom(flags: LooseFlags): ClusterOptions['serving'] {
  const folder = flags.last('cert-dir');
  const cert = flags.last('tls-cert-file') ?? (folder === undefined ? undefined : path.join(folder, 'apiserver.crt'));
  const key = flags.last('tls-private-key-file') ?? (folder === undefined ? undefined : path.join(folder, 'apiserver.key'));
  if (cert === undefined || key === undefined || !existsSync(cert) || !existsSync(key)) return undefined;
  return { cert: read('tls-cert-file', cert), key: read('tls-private-key-file', key) };
}

function read(flag: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--${flag}: can't read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
