import type { ComponentEnvironment } from '../client/component-context.js';
import type { Speed } from './behaviour/timeline.js';
import { Nodes } from './nodes.js';
import { SimpleRuntime } from './runtime/simple-runtime.js';

export interface StartNodesOptions {
  /** How many; `planNodes` says which. */
  readonly count: number;
  /** What the kubelets say they are: `v1.36.2`. */
  readonly version: string;
  readonly speed: Speed;
}

/**
 * Starts the simulated nodes: registers them, keeps them alive and runs pods on them. A node of the
 * same name that exists already, such as from a manifest, stays its maker's.
 * @returns how to stop them
 */
export async function startNodes(environment: ComponentEnvironment, options: StartNodesOptions): Promise<() => void> {
  const { clock, random } = environment;
  const nodes = new Nodes(environment, { ...options, runtime: new SimpleRuntime({ clock, random }) });
  await nodes.begin();
  return () => {
    nodes.stop();
  };
}
