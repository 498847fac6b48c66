import type { ControllerDescriptor } from '../descriptor.js';
import { namespaceController } from './namespace/index.js';
import { rootCaCertificatePublisherController } from './root-ca-certificate-publisher.js';
import { serviceAccountController } from './service-account.js';

export const clusterControllers: readonly ControllerDescriptor[] = [
  namespaceController,
  rootCaCertificatePublisherController,
  serviceAccountController,
];
