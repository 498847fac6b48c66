import type { KubeObject, Typed } from '../../client/client.js';
import { VALIDATING_ADMISSION_POLICIES } from '../../component-helpers/resources.js';
import type { ValidatingAdmissionPolicy } from '../../schema/generated/admissionregistration-v1.js';
import type { ControllerDescriptor } from '../descriptor.js';

type Policy = Typed<ValidatingAdmissionPolicy>;

const NAME = 'validatingadmissionpolicy-status-controller';
/** Go: validatingadmissionpolicystatus.ControllerName. */
const FIELD_MANAGER = 'validatingadmissionpolicy-status';

/** Says in a policy's status what its expressions get wrong of the types that they see (Go: validatingadmissionpolicystatus.Controller). */
export const validatingAdmissionPolicyStatusController: ControllerDescriptor = {
  name: NAME,
  start(context) {
    const policies = context.informers.of<Policy>(VALIDATING_ADMISSION_POLICIES);
    const queue = context.queue(async (name) => {
      const policy = policies.get('', name);
      const { generation = 0 } = policy?.metadata ?? {};
      if (policy === undefined || generation <= (policy.status.observedGeneration ?? 0)) return;
      const expressionWarnings = (await context.facts.checkPolicyTypes?.(policy)) ?? [];
      const typeChecking = expressionWarnings.length === 0 ? {} : { expressionWarnings };
      const applied: KubeObject = {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name },
        status: { observedGeneration: generation, typeChecking },
      };
      const target = { resource: VALIDATING_ADMISSION_POLICIES, subresource: 'status' };
      await context.client.patch(target, name, 'apply', applied, { fieldManager: FIELD_MANAGER, force: true });
    });
    const enqueue = ({ metadata }: Policy): void => queue.add(metadata.name ?? '');
    policies.addHandler({ added: enqueue, updated: enqueue });
  },
};
