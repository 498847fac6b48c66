import { hasCause, isStatus } from '../../apimachinery/status.js';
import type { Typed } from '../../client/client.js';
import type { ComponentContext } from '../../client/component-context.js';
import { NAMESPACES, SERVICE_ACCOUNTS } from '../../component-helpers/resources.js';
import type { Namespace } from '../../schema/generated/core-v1.js';
import type { ControllerDescriptor } from '../descriptor.js';

const DEFAULT = 'default';

/** Sees to it that each active namespace has a service account `default` (Go: serviceaccount.ServiceAccountsController). */
export const serviceAccountController: ControllerDescriptor = {
  name: 'serviceaccount-controller',
  alias: 'serviceaccount',
  serviceAccount: 'service-account-controller',
  start(context) {
    const namespaces = context.informers.of<Typed<Namespace>>(NAMESPACES);
    const accounts = context.informers.of(SERVICE_ACCOUNTS);
    const queue = context.queue(async (name) => {
      if (namespaces.get('', name)?.status?.phase !== 'Active' || accounts.get(name, DEFAULT) !== undefined) return;
      await createUnlessGoing(context, name);
    });
    const enqueue = ({ metadata: { name = '' } }: Typed<Namespace>): void => queue.add(name);
    namespaces.addHandler({ added: enqueue, updated: enqueue });
    accounts.addHandler({
      deleted: ({ metadata: { name, namespace = '' } }) => {
        if (name === DEFAULT) queue.add(namespace);
      },
    });
  },
};

async function createUnlessGoing({ client }: ComponentContext, namespace: string): Promise<void> {
  try {
    await client.create(
      { resource: SERVICE_ACCOUNTS, namespace },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: DEFAULT, namespace } },
    );
  } catch (error) {
    if (!isStatus(error, 'AlreadyExists') && !hasCause(error, 'NamespaceTerminating')) throw error;
  }
}
