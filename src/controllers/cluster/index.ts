import type { ControllerDescriptor } from '../descriptor.js';
import { endpointSliceController } from './endpoint-slice/index.js';
import { endpointSliceMirroringController } from './endpoint-slice-mirroring/index.js';
import { endpointsController } from './endpoints/index.js';
import { garbageCollectorController } from './garbage-collector/index.js';
import { namespaceController } from './namespace/index.js';
import { resourceQuotaController } from './resource-quota/index.js';
import { rootCaCertificatePublisherController } from './root-ca-certificate-publisher.js';
import { serviceAccountController } from './service-account.js';

export const clusterControllers: readonly ControllerDescriptor[] = [
  endpointSliceController,
  endpointSliceMirroringController,
  endpointsController,
  garbageCollectorController,
  namespaceController,
  resourceQuotaController,
  rootCaCertificatePublisherController,
  serviceAccountController,
];
