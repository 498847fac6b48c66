import { chmodSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { KUBERNETES_VERSION } from '../server/version.js';
import { UsageError } from './flags.js';

/**
 * `kubesim assets DIR`: writes what controller-runtime's envtest looks for in
 * KUBEBUILDER_ASSETS. Resolves with the exit code.
 */
export function assets([folder, ...extra]: readonly string[]): Promise<number> {
  if (folder === undefined || extra.length > 0) throw new UsageError('assets takes one directory: kubesim assets bin');
  if (process.platform === 'win32') throw new UsageError('assets writes shell scripts, which Windows can’t run; use it in WSL');
  const program = process.argv[1];
  if (program === undefined) throw new UsageError('assets must be run as a program');
  try {
    mkdirSync(folder, { recursive: true });
    const bin = realpathSync(program);
    writeLauncher(
      folder,
      'kube-apiserver',
      standIn('kube-apiserver', `Kubernetes ${KUBERNETES_VERSION}`, [bin, 'stand-in', 'kube-apiserver']),
    );
    writeLauncher(folder, 'etcd', standIn('etcd', 'etcd Version: 3.6.0 (kubesim)', [path.join(path.dirname(bin), 'etcd.cjs')]));
    writeLauncher(folder, 'kubectl', KUBECTL);
  } catch (error) {
    throw new UsageError(`can't write to ${folder}: ${error instanceof Error ? error.message : String(error)}`);
  }
  process.stdout.write(`KUBEBUILDER_ASSETS=${path.resolve(folder)}\n`);
  return Promise.resolve(0);
}

function writeLauncher(folder: string, name: string, text: string): void {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  chmodSync(file, 0o755);
}

const HEAD = '#!/bin/sh\n# Written by `kubesim assets`.\n';

/** Help and version are asked for before every start: the shell alone answers. */
function standIn(name: string, version: string, command: readonly string[]): string {
  return `${HEAD}case "$1" in
  -h|--help|help) echo "Usage: ${name} [flags]"; echo "kubesim stands in for it; flags that mean nothing to kubesim are taken and ignored."; exit 0 ;;
  --version) echo ${quoted(version)}; exit 0 ;;
esac
exec ${[process.execPath, ...command].map(quoted).join(' ')} "$@"
`;
}

/** The first kubectl on the PATH that isn't this launcher. */
const KUBECTL = `${HEAD}here=$(cd "$(dirname "$0")" && pwd)
IFS=:
for folder in $PATH; do
  [ "$folder" = "$here" ] && continue
  [ -x "$folder/kubectl" ] && exec "$folder/kubectl" "$@"
done
echo "kubesim has no kubectl of its own, and there is none on the PATH; get one from https://kubernetes.io/docs/tasks/tools/" >&2
exit 127
`;

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
