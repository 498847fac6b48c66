import { nameIsDnsLabel } from '../../apimachinery/validation/names.js';
import type { BehaviourFactory } from '../behaviour.js';
import { fieldAt } from '../matcher.js';
import { keepField } from '../spec-status.js';
import { isStatus } from '../../apimachinery/status.js';
import type { BehaviourEnvironment } from '../behaviour.js';
import { internalContext } from '../internal-write.js';
import { strategyFor, type Strategy } from '../strategy.js';
import { kubeFinalizerErrors } from './finalizers.js';
import { Allocation } from './service/allocation.js';
import { defaultService } from './service/defaults.js';
import { dropFieldsOfOldType, keepAllocated, normalizeClusterIps } from './service/linked-fields.js';
import type { Service } from './service/service.js';
import { validateLoadBalancerStatus, validateService, validateServiceUpdate } from './service/validation.js';
import { serviceStatusWarnings, serviceWarnings } from './service/warnings.js';

/** Endpoints of the service's name go with it, lest a new service of that name finds them. */
async function deleteEndpoints(environment: BehaviourEnvironment, { metadata }: Service): Promise<void> {
  const { namespace = '', name = '' } = metadata;
  const store = environment.store({ group: '', resource: 'endpoints' });
  try {
    await store?.delete(namespace, name, { dryRun: false }, internalContext(namespace, name));
  } catch (error) {
    if (!isStatus(error, 'NotFound')) throw error;
  }
}

function strategies(environment: BehaviourEnvironment): { main: Strategy<Service>; status: Strategy<Service> } {
  const allocation = new Allocation(environment);
  const shared: Strategy<Service> = {
    validateName: nameIsDnsLabel,
    async afterDelete(service, dryRun) {
      if (dryRun) return;
      await deleteEndpoints(environment, service);
      await allocation.release(service);
    },
    canonicalize(service) {
      // Real servers keep it and leave it out of every answer.
      if (service.spec.type === 'ExternalName') delete service.spec.internalTrafficPolicy;
    },
  };
  const main: Strategy<Service> = {
    ...shared,
    allowCreateOnUpdate: true,
    prepareForCreate(service) {
      service.status = { loadBalancer: {} };
    },
    prepareForUpdate(service, old) {
      keepField(service, old, 'status');
      dropFieldsOfOldType(service, old);
    },
    validate: (service) => [...kubeFinalizerErrors(service.metadata), ...validateService(service, undefined)],
    validateUpdate: (service, old) => [...kubeFinalizerErrors(service.metadata), ...validateServiceUpdate(service, old)],
    warningsOnCreate: serviceWarnings,
    warningsOnUpdate: serviceWarnings,
    async beginCreate(service, _context, dryRun) {
      normalizeClusterIps(service, undefined);
      return await allocation.create(service, dryRun);
    },
    async beginUpdate(service, old, _context, dryRun) {
      keepAllocated(service, old);
      normalizeClusterIps(service, old);
      return await allocation.update(service, old, dryRun);
    },
    resetFields: [['status']],
  };
  const status: Strategy<Service> = {
    ...shared,
    prepareForUpdate(service, old) {
      keepField(service, old, 'spec');
    },
    validateUpdate: (service, old) => [...kubeFinalizerErrors(service.metadata), ...validateLoadBalancerStatus(service, old)],
    warningsOnUpdate: serviceStatusWarnings,
    resetFields: [['spec']],
  };
  return { main, status };
}

/** Services: addresses and node ports are given and taken back. */
export const services: BehaviourFactory = (environment) => {
  const { main, status } = strategies(environment);
  return {
    strategy: strategyFor(main),
    status: strategyFor(status),
    returnsDeleted: true,
    defaults(object) {
      defaultService(object as Service);
    },
    fieldLabels: { 'spec.clusterIP': fieldAt('spec.clusterIP'), 'spec.type': fieldAt('spec.type') },
  };
};
