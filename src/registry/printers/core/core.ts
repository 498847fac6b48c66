import type { PrintersByResource } from '../printer.js';
import { componentStatusPrinter } from './component-statuses.js';
import { configMapPrinter, namespacePrinter, secretPrinter, serviceAccountPrinter } from './configuration.js';
import { endpointsPrinter } from './endpoints.js';
import { eventPrinter } from './events.js';
import { nodePrinter } from './nodes.js';
import { podPrinter, podTemplatePrinter } from './pods.js';
import { replicationControllerPrinter } from './replication-controllers.js';
import { resourceQuotaPrinter } from './resource-quotas.js';
import { servicePrinter } from './services.js';
import { persistentVolumeClaimPrinter, persistentVolumePrinter } from './volumes.js';

/** LimitRanges have the default table. */
export const corePrinters: PrintersByResource = {
  componentstatuses: componentStatusPrinter,
  configmaps: configMapPrinter,
  endpoints: endpointsPrinter,
  events: eventPrinter,
  namespaces: namespacePrinter,
  nodes: nodePrinter,
  persistentvolumeclaims: persistentVolumeClaimPrinter,
  persistentvolumes: persistentVolumePrinter,
  pods: podPrinter,
  podtemplates: podTemplatePrinter,
  replicationcontrollers: replicationControllerPrinter,
  resourcequotas: resourceQuotaPrinter,
  secrets: secretPrinter,
  serviceaccounts: serviceAccountPrinter,
  services: servicePrinter,
};
