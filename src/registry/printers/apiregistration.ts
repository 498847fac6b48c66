import type { APIService } from '../../schema/generated/apiregistration-v1.js';
import { ageColumn, column, nameColumn } from './columns/column.js';
import { ageOf } from './format/age.js';
import { printer, type PrintersByResource, type View } from './printer.js';

const apiServices = {
  ...printer<APIService>({
    columns: [
      nameColumn,
      column('Service', 'string', 'The reference to the service that hosts this API endpoint.'),
      column('Available', 'string', 'Whether this service is available.'),
      ageColumn,
    ],
    cells: (service, now) => [
      service.metadata?.name ?? '',
      serviceText(service),
      available(service),
      ageOf(service.metadata?.creationTimestamp, now),
    ],
  }),
  alwaysHeaders: true,
};

function serviceText({ spec }: View<APIService>): string {
  return spec?.service == null ? 'Local' : `${spec.service.namespace ?? ''}/${spec.service.name ?? ''}`;
}

/** `True`, or `False (MissingEndpoints)`. */
function available({ status }: View<APIService>): string {
  const condition = status?.conditions?.find(({ type }) => type === 'Available');
  if (condition === undefined) return 'Unknown';
  const text = condition.status ?? '';
  return text !== 'True' && condition.reason ? `${text} (${condition.reason})` : text;
}

export const apiregistrationPrinters: PrintersByResource = { apiservices: apiServices };
