import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { connectionFrom } from './connection.js';
import { execInPod } from './exec.js';
import { UsageError, type FlagValues } from './flags.js';
import { runProgram } from './run-program.js';

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const FILES = ['token', 'ca.crt', 'namespace'];

/** Variables that stay the host's: the program is one of the host. */
const OF_HOST = ['PATH', 'HOME', 'TERM', 'LANG', 'TMPDIR', 'USER', 'SHELL'];

/** `kubesim as-pod NAMESPACE/POD -- COMMAND`: runs a program of this machine with a pod's identity. */
export async function asPod(values: FlagValues, rest: readonly string[]): Promise<number> {
  const [target = '', program, ...args] = rest;
  const [namespace = '', name = '', more] = target.split('/');
  if (namespace === '' || name === '' || more !== undefined || program === undefined)
    throw new UsageError('as-pod takes a pod as NAMESPACE/NAME and a command: kubesim as-pod default/web -- ./program');
  const connection = connectionFrom(values);
  const pod = { namespace, name };
  const environment = parseEnvironment(await execInPod(connection, pod, ['env']));
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kubesim-pod-'));
  try {
    const account = path.join(folder, 'serviceaccount');
    mkdirSync(account);
    for (const file of FILES)
      writeFileSync(path.join(account, file), await execInPod(connection, pod, ['cat', `${ACCOUNT}/${file}`]), { mode: 0o600 });
    const { hostname, port } = new URL(connection.server);
    const env = {
      ...environment,
      ...Object.fromEntries(OF_HOST.flatMap((key) => (process.env[key] === undefined ? [] : [[key, process.env[key]]]))),
      // Where the cluster's own address leads, as seen from this machine.
      KUBERNETES_SERVICE_HOST: hostname.replace(/^\[|\]$/g, ''),
      KUBERNETES_SERVICE_PORT: port,
    };
    return await runProgram(commandFor(folder, account, [program, ...args]), env);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function parseEnvironment(text: string): Record<string, string> {
  const environment: Record<string, string> = {};
  let last: string | undefined;
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const match = /^([A-Za-z_][\w.-]*)=(.*)$/.exec(line);
    if (match?.[1] !== undefined) environment[(last = match[1])] = match[2] ?? '';
    // The rest of a value with several lines.
    else if (last !== undefined) environment[last] = `${environment[last] ?? ''}\n${line}`;
  }
  return environment;
}

/**
 * Puts the files of the service account at their real path, in a mount namespace of the
 * command's own. Where that folder doesn't exist, /run gets a layer in which it does.
 */
const MOUNT = `
set -e
account=$1; layer=$2; shift 2
place=${ACCOUNT}
if [ ! -d "$place" ]; then
  run=$(readlink -f /var/run)
  mkdir -p "$layer"
  mount -t tmpfs tmpfs "$layer"
  mkdir "$layer/.host"
  mount --rbind "$run" "$layer/.host"
  for entry in "$run"/* "$run"/.[!.]*; do
    [ -e "$entry" ] && ln -s ".host/\${entry##*/}" "$layer/\${entry##*/}"
  done
  rm -f "$layer/secrets"
  mkdir -p "$layer/secrets/kubernetes.io/serviceaccount"
  mount --rbind "$layer" "$run"
fi
mount --bind "$account" "$place"
exec "$@"
`;

function commandFor(folder: string, account: string, command: readonly string[]): readonly string[] {
  const namespaces = ['unshare', '--user', '--map-root-user', '--mount', '--propagation', 'private'];
  if (process.platform !== 'linux' || spawnSync(namespaces[0] ?? '', [...namespaces.slice(1), 'true']).status !== 0) {
    process.stderr.write(
      `kubesim: this machine has no user namespaces (unshare --user), so the files of the service account are not at ${ACCOUNT} but in ${account}\n`,
    );
    return command;
  }
  return [...namespaces, 'sh', '-c', MOUNT, 'kubesim-as-pod', account, path.join(folder, 'run'), ...command];
}
