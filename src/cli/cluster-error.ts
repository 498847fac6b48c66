/** What a running cluster refuses, or why it can't be asked: says what is wrong and what to do. Exit code 1. */
export class ClusterError extends Error {
  override readonly name: string = 'ClusterError';
}
