import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseYaml } from '../schema/yaml.js';
import { textFlag, UsageError, type FlagValues } from './flags.js';
import { kubeconfigFolder } from './kubeconfig-file.js';

/** How to reach a cluster, and as whom: the current context of a kubeconfig. */
export interface Connection {
  /** The kubeconfig, for messages. */
  readonly file: string;
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  /** PEMs. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly token?: string | undefined;
}

/** The cluster that a command is for: --kubeconfig, $KUBECONFIG, or the one that kubesim started last. */
export function connectionFrom(values: FlagValues, environment: NodeJS.ProcessEnv = process.env): Connection {
  const file = kubeconfigOf(values, environment);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`can't read the kubeconfig ${file}: ${messageOf(error)}`);
  }
  try {
    return { file, ...currentContext(parseYaml(text).value, path.dirname(file)) };
  } catch (error) {
    throw new UsageError(`the kubeconfig ${file} can't be used: ${messageOf(error)}`);
  }
}

function kubeconfigOf(values: FlagValues, environment: NodeJS.ProcessEnv): string {
  const named = textFlag(values, 'kubeconfig') ?? environment['KUBECONFIG']?.split(path.delimiter).find((file) => existsSync(file));
  const file = named ?? newest(kubeconfigFolder(environment));
  if (file === undefined) {
    throw new UsageError(
      `no cluster was started yet (${kubeconfigFolder(environment)} has no kubeconfig); run kubesim, or name one with --kubeconfig`,
    );
  }
  return file;
}

function newest(folder: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  const files = readdirSync(folder).filter((name) => /^kubeconfig-\d+\.yaml$/.test(name));
  const dated = files.map((name) => ({ file: path.join(folder, name), at: statSync(path.join(folder, name)).mtimeMs }));
  return dated.sort((a, b) => b.at - a.at)[0]?.file;
}

/** @param folder relative names of files are relative to the kubeconfig's */
function currentContext(config: unknown, folder: string): Omit<Connection, 'file'> {
  const root = mapping(config);
  const wanted = text(root, 'current-context');
  if (wanted === undefined) throw new Error('it has no current-context');
  const context = entry(root, 'contexts', 'context', wanted);
  const cluster = entry(root, 'clusters', 'cluster', text(context, 'cluster') ?? '');
  const user = entry(root, 'users', 'user', text(context, 'user') ?? '');
  const server = text(cluster, 'server');
  if (server === undefined) throw new Error('its cluster has no server');
  const pem = (from: Mapping, name: string): string | undefined => {
    const data = text(from, `${name}-data`);
    if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
    const file = text(from, name);
    return file === undefined ? undefined : readFileSync(path.resolve(folder, file), 'utf8');
  };
  return {
    server,
    ca: pem(cluster, 'certificate-authority'),
    cert: pem(user, 'client-certificate'),
    key: pem(user, 'client-key'),
    token: text(user, 'token'),
  };
}

type Mapping = Readonly<Record<string, unknown>>;

function mapping(value: unknown): Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Mapping) : {};
}

function text(from: Mapping, key: string): string | undefined {
  const value = from[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** `contexts: [{name, context}]` and its like. */
function entry(root: Mapping, list: string, key: string, name: string): Mapping {
  const entries = root[list];
  const found = Array.isArray(entries) ? entries.map(mapping).find((item) => item['name'] === name) : undefined;
  if (found === undefined) throw new Error(`it has no ${key} ${JSON.stringify(name)}`);
  return mapping(found[key]);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
