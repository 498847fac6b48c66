export { scalePrinter } from './autoscaling.js';
export { crdPrinter, crdScalePrinter, type PrinterColumn } from './custom.js';
export { printerFor } from './printer-for.js';
export type { TableColumn, TablePrinter, TableRowCondition } from './printer.js';
export {
  partialObjectMetadata,
  partialObjectMetadataList,
  tableOf,
  type IncludeObject,
  type MetaVersion,
  type TableRequest,
} from './table.js';
