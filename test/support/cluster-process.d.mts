export const root: string;
export interface ClusterProcess {
  readonly url: string;
  readonly kubeconfig: string;
  readonly caFile: string;
  readonly pid: number;
  stop(): Promise<number | null>;
  output(): string;
}
export function startProcess(flags?: readonly string[]): Promise<ClusterProcess>;
