import { UsageError } from '../flags.js';

/** Runs as the kube-apiserver that envtest starts, until a signal comes. Resolves with the exit code. */
export async function standIn([name, ...args]: readonly string[]): Promise<number> {
  switch (name) {
    case 'kube-apiserver':
      return await (await import('./kube-apiserver.js')).kubeApiserver(args);
    default:
      throw new UsageError('stand-in is for the launchers that kubesim assets writes');
  }
}
