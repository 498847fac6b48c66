import { ComponentContext, type ComponentEnvironment } from '../client/component-context.js';
import { isEnabled } from './descriptor.js';
import type { ClusterKeys } from './access/cluster-keys.js';
import { allControllers } from './descriptors.js';

/** How controllers introduce themselves, before the name of their service account. */
const USER_AGENT = 'kube-controller-manager/v1.36.2 (linux/amd64) kubernetes';

/**
 * Starts the controllers that a `--controllers` list switches on, each as its own
 * service account of kube-system (Go: --use-service-account-credentials).
 * @param list names, `-name`, `*`; undefined means `*`
 * @returns how to stop them
 */
export async function startControllers(
  environment: ComponentEnvironment,
  keys: ClusterKeys,
  list: readonly string[] | undefined,
): Promise<() => void> {
  const contexts: ComponentContext[] = [];
  for (const descriptor of allControllers(keys)) {
    if (!isEnabled(descriptor, list)) continue;
    const { name, serviceAccount = name, user = `system:serviceaccount:kube-system:${serviceAccount}` } = descriptor;
    const context = new ComponentContext(environment, { name, user, userAgent: `${USER_AGENT}/${user}` });
    contexts.push(context);
    await descriptor.start(context);
  }
  return () => {
    for (const context of contexts) context.stop();
  };
}
