import { admissionregistrationPrinters } from './admissionregistration.js';
import { apiregistrationPrinters } from './apiregistration.js';
import { appsPrinters } from './apps.js';
import { autoscalingPrinters } from './autoscaling.js';
import { batchPrinters } from './batch.js';
import { certificatesPrinters } from './certificates.js';
import { coordinationPrinters } from './coordination.js';
import { corePrinters } from './core/core.js';
import { eventPrinter } from './core/events.js';
import { defaultPrinter } from './default.js';
import { discoveryPrinters } from './discovery.js';
import { flowcontrolPrinters } from './flowcontrol.js';
import { networkingPrinters } from './networking.js';
import { nodePrinters } from './node.js';
import { policyPrinters } from './policy.js';
import type { PrintersByResource, TablePrinter } from './printer.js';
import { rbacPrinters } from './rbac.js';
import { resourcePrinters } from './resource.js';
import { schedulingPrinters } from './scheduling.js';
import { storagePrinters } from './storage.js';

const printers: ReadonlyMap<string, PrintersByResource> = new Map([
  ['', corePrinters],
  ['admissionregistration.k8s.io', admissionregistrationPrinters],
  ['apiregistration.k8s.io', apiregistrationPrinters],
  ['apps', appsPrinters],
  ['autoscaling', autoscalingPrinters],
  ['batch', batchPrinters],
  ['certificates.k8s.io', certificatesPrinters],
  ['coordination.k8s.io', coordinationPrinters],
  ['discovery.k8s.io', discoveryPrinters],
  ['events.k8s.io', { events: eventPrinter }],
  ['flowcontrol.apiserver.k8s.io', flowcontrolPrinters],
  ['networking.k8s.io', networkingPrinters],
  ['node.k8s.io', nodePrinters],
  ['policy', policyPrinters],
  ['rbac.authorization.k8s.io', rbacPrinters],
  ['resource.k8s.io', resourcePrinters],
  ['scheduling.k8s.io', schedulingPrinters],
  ['storage.k8s.io', storagePrinters],
]);

/**
 * The printer of a built-in resource (lower-case plural); objects that it gets
 * must be in the storage version. Custom resources have `crdPrinter`.
 */
export function printerFor(group: string, resource: string): TablePrinter {
  const byResource = printers.get(group);
  return byResource !== undefined && Object.hasOwn(byResource, resource) ? (byResource[resource] ?? defaultPrinter) : defaultPrinter;
}
