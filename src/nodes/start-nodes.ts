import type { ComponentEnvironment } from '../client/component-context.js';
import { Nodes } from './nodes.js';

export interface NodesOptions {
  /** How many; `planNodes` says which. */
  readonly count: number;
  /** What the kubelets say they are: `v1.36.2`. */
  readonly version: string;
}

/**
 * Starts the simulated nodes: registers them and keeps them alive. A node of the same name that
 * exists already, such as from a manifest, stays its maker's.
 * @returns how to stop them
 */
export async function startNodes(environment: ComponentEnvironment, options: NodesOptions): Promise<() => void> {
  const nodes = new Nodes(environment);
  await nodes.begin(options.count, options.version);
  return () => {
    nodes.stop();
  };
}
