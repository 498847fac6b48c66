import type { BehaviourEnvironment } from '../registry/behaviour.js';
import type { AdmissionPlugin } from './admission.js';
import { namespaceLifecycle } from './namespace-lifecycle.js';

export interface PluginOptions {
  readonly environment: BehaviourEnvironment;
  /** Names of --enable-admission-plugins. */
  readonly enable: readonly string[];
  /** Names of --disable-admission-plugins. */
  readonly disable: readonly string[];
}

/** How a plug-in is made, and whether it runs unless somebody says otherwise. */
export interface PluginEntry {
  readonly name: string;
  readonly byDefault: boolean;
  readonly create: (environment: BehaviourEnvironment) => AdmissionPlugin;
}

/** All plug-ins in the order in which they run (Go: pkg/kubeapiserver/options.AllOrderedPlugins). */
export const PLUGINS: readonly PluginEntry[] = [{ name: 'NamespaceLifecycle', byDefault: true, create: namespaceLifecycle }];

/** The plug-ins that are on. */
export function admissionPlugins(options: PluginOptions): AdmissionPlugin[] {
  const { enable, disable, environment } = options;
  return PLUGINS.filter(({ name, byDefault }) => (byDefault || enable.includes(name)) && !disable.includes(name)).map((entry) =>
    entry.create(environment),
  );
}
