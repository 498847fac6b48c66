import { REPLICA_SETS, REPLICATION_CONTROLLERS } from '../../../component-helpers/resources.js';
import type { Labels } from '../../../apimachinery/label-selector.js';
import type { ControllerDescriptor } from '../../descriptor.js';
import { mapSelectorOf, selectorOf } from '../common/selectors.js';
import { ReplicaController } from './replica-controller.js';

export const replicaSetController: ControllerDescriptor = {
  name: 'replicaset-controller',
  alias: 'replicaset',
  start: (context) => {
    new ReplicaController(context, {
      kind: { group: 'apps', version: 'v1', kind: 'ReplicaSet' },
      component: 'replicaset-controller',
      resource: REPLICA_SETS,
      selectorOf: ({ spec }) => selectorOf(spec.selector),
      countsTerminating: true,
    });
  },
};

export const replicationControllerController: ControllerDescriptor = {
  name: 'replicationcontroller-controller',
  alias: 'replicationcontroller',
  serviceAccount: 'replication-controller',
  start: (context) => {
    new ReplicaController(context, {
      kind: { group: '', version: 'v1', kind: 'ReplicationController' },
      component: 'replication-controller',
      resource: REPLICATION_CONTROLLERS,
      // A replication controller is a replica set whose selector is a plain map.
      selectorOf: ({ spec }) => mapSelectorOf(spec.selector as Labels | undefined),
      countsTerminating: false,
    });
  },
};
