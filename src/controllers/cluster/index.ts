import type { ControllerDescriptor } from '../descriptor.js';
import { garbageCollectorController } from './garbage-collector/index.js';
import { namespaceController } from './namespace/index.js';
import { rootCaCertificatePublisherController } from './root-ca-certificate-publisher.js';
import { serviceAccountController } from './service-account.js';

export const clusterControllers: readonly ControllerDescriptor[] = [
  garbageCollectorController,
  namespaceController,
  rootCaCertificatePublisherController,
  serviceAccountController,
];
