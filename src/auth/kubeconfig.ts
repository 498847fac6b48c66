import type { Credential } from './certificates.js';

/** How a kubeconfig's user proves itself. */
export type KubeconfigCredential = Credential | { readonly token: string };

export interface KubeconfigOptions {
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  /** The CA's PEM; absent where the server speaks plain HTTP. */
  readonly caPem?: string | undefined;
  /** Defaults to kubeadm's name, `kubernetes`. */
  readonly cluster?: string | undefined;
  /** Defaults to kubeadm's name, `kubernetes-admin`. */
  readonly user?: string | undefined;
  /** The context's namespace; absent means `default`. */
  readonly namespace?: string | undefined;
  /** Absent for anonymous access. */
  readonly credential?: KubeconfigCredential | undefined;
}

/**
 * A kubeconfig with everything embedded, named as kubeadm names its admin.conf:
 * cluster `kubernetes`, context `<user>@<cluster>`.
 */
export function kubeconfig(options: KubeconfigOptions): string {
  const cluster = options.cluster ?? 'kubernetes';
  const user = options.user ?? 'kubernetes-admin';
  const context = `${user}@${cluster}`;
  const lines = ['apiVersion: v1', 'clusters:', '- cluster:'];
  if (options.caPem !== undefined) lines.push(`    certificate-authority-data: ${base64(options.caPem)}`);
  lines.push(`    server: ${scalar(options.server)}`, `  name: ${scalar(cluster)}`, 'contexts:', '- context:');
  lines.push(`    cluster: ${scalar(cluster)}`);
  if (options.namespace !== undefined) lines.push(`    namespace: ${scalar(options.namespace)}`);
  lines.push(`    user: ${scalar(user)}`, `  name: ${scalar(context)}`, `current-context: ${scalar(context)}`);
  lines.push('kind: Config', 'preferences: {}', 'users:', `- name: ${scalar(user)}`);
  const { credential } = options;
  if (credential === undefined) lines.push('  user: {}');
  else if ('token' in credential) lines.push('  user:', `    token: ${scalar(credential.token)}`);
  else {
    lines.push('  user:', `    client-certificate-data: ${base64(credential.certificatePem)}`);
    lines.push(`    client-key-data: ${base64(credential.privateKeyPem)}`);
  }
  return `${lines.join('\n')}\n`;
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

/** Plain where YAML certainly reads it back as this string, else quoted (JSON strings are YAML). */
function scalar(text: string): string {
  return /^[A-Za-z][A-Za-z0-9@._/-]*(:[A-Za-z0-9@._/-]+)*$/.test(text) && !RESERVED.has(text.toLowerCase()) ? text : JSON.stringify(text);
}

const RESERVED: ReadonlySet<string> = new Set(['true', 'false', 'null', 'yes', 'no', 'on', 'off', 'y', 'n']);
