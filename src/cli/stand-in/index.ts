import { UsageError } from '../flags.js';

/** Runs as one of the programs that envtest starts, until a signal comes. Resolves with the exit code. */
export async function standIn([name, ...args]: readonly string[]): Promise<number> {
  switch (name) {
    case 'etcd':
      return await (await import('./etcd.js')).etcd(args);
    case 'kube-apiserver':
      return await (await import('./kube-apiserver.js')).kubeApiserver(args);
    default:
      throw new UsageError('stand-in is for the launchers that kubesim assets writes');
  }
}
