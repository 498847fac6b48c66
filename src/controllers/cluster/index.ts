import type { ControllerDescriptor } from '../descriptor.js';
import { endpointSliceController } from './endpoint-slice/index.js';
import { endpointSliceMirroringController } from './endpoint-slice-mirroring/index.js';
import { endpointsController } from './endpoints/index.js';
import { garbageCollectorController } from './garbage-collector/index.js';
import { namespaceController } from './namespace/index.js';
import { nodeIpamController } from './node-ipam.js';
import { nodeLifecycleController } from './node-lifecycle/index.js';
import { podGarbageCollectorController } from './pod-garbage-collector.js';
import { resourceQuotaController } from './resource-quota/index.js';
import { rootCaCertificatePublisherController } from './root-ca-certificate-publisher.js';
import { serviceAccountController } from './service-account.js';
import { serviceCidrController } from './service-cidr.js';
import { taintEvictionController } from './taint-eviction.js';
import { ttlController } from './ttl.js';
import { validatingAdmissionPolicyStatusController } from './validating-admission-policy-status.js';

export const clusterControllers: readonly ControllerDescriptor[] = [
  endpointSliceController,
  endpointSliceMirroringController,
  endpointsController,
  garbageCollectorController,
  namespaceController,
  nodeIpamController,
  nodeLifecycleController,
  podGarbageCollectorController,
  resourceQuotaController,
  rootCaCertificatePublisherController,
  serviceAccountController,
  serviceCidrController,
  taintEvictionController,
  ttlController,
  validatingAdmissionPolicyStatusController,
];
