import { isZeroTime, parseInstant, TimeError } from '../../apimachinery/time.js';
import type { JsonObject, JsonValue } from '../../schema/type.js';
import { CREATED_DESCRIPTION, nameColumn } from './columns/column.js';
import { since } from './format/age.js';
import { evaluatePath } from './jsonpath/evaluate.js';
import { GoNumber, type Path, PathSyntaxError } from './jsonpath/node.js';
import { parsePath } from './jsonpath/parse.js';
import { printFound } from './jsonpath/print.js';
import type { TableColumn, TablePrinter } from './printer.js';

/** apiextensions.k8s.io/v1 CustomResourceColumnDefinition. */
export interface PrinterColumn {
  readonly name: string;
  /** integer, number, string, boolean or date. */
  readonly type: string;
  readonly format?: string | undefined;
  readonly description?: string | undefined;
  readonly priority?: number | undefined;
  readonly jsonPath: string;
}

const AGE: PrinterColumn = { name: 'Age', type: 'date', description: CREATED_DESCRIPTION, jsonPath: '.metadata.creationTimestamp' };

/**
 * The table of a custom resource's version (Go: apiextensions tableconvertor):
 * the name, then `additionalPrinterColumns`, or the age if there are none.
 * Columns from the first one on whose path doesn't parse are left out.
 */
export function crdPrinter(additionalPrinterColumns: readonly PrinterColumn[] | null | undefined): TablePrinter {
  const given = additionalPrinterColumns != null && additionalPrinterColumns.length > 0 ? additionalPrinterColumns : [AGE];
  const parsed = parseColumns(given);
  return {
    columns: [nameColumn, ...parsed.map(({ column }) => column)],
    cells(object, now) {
      const { name } = object['metadata'] as { name?: string };
      const cells: JsonValue[] = [name ?? ''];
      for (const { column, path } of parsed) cells.push(cellOf(object, column.type, path, now));
      return cells;
    },
  };
}

/** The table of a custom resource's `scale` subresource; objects are Scales, in which Go leaves out a zero. */
export const crdScalePrinter: TablePrinter = crdPrinter([
  { name: 'Desired', type: 'integer', description: 'Number of desired replicas', jsonPath: '.spec.replicas' },
  { name: 'Available', type: 'integer', description: 'Number of actual replicas', jsonPath: '.status.replicas' },
  AGE,
]);

interface ParsedColumn {
  readonly column: TableColumn;
  readonly path: Path;
}

function parseColumns(columns: readonly PrinterColumn[]): ParsedColumn[] {
  const parsed: ParsedColumn[] = [];
  for (const { name, type, format = '', description, priority = 0, jsonPath } of columns) {
    const path = tryParse(jsonPath);
    if (path === undefined) break;
    const text = description || `Custom resource definition column (in JSONPath format): ${jsonPath}`;
    parsed.push({ column: { name, type, format, description: text, priority }, path });
  }
  return parsed;
}

function tryParse(jsonPath: string): Path | undefined {
  try {
    return parsePath(jsonPath);
  } catch (error) {
    if (error instanceof PathSyntaxError) return undefined;
    throw error;
  }
}

/** The first value found, as the column's type; null if there is none or it is of another type. */
function cellOf(object: JsonObject, type: string, path: Path, now: number): JsonValue {
  const first = evaluatePath(path, object)?.[0];
  if (first === undefined) return null;
  if (type === 'string') return printFound(first);
  const value = first instanceof GoNumber ? fractionOf(first) : first;
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return dateText(value, now);
    default:
      return null;
  }
}

/** Whole numbers of the path itself are of a Go type that no column takes. */
function fractionOf(number: GoNumber): number | null {
  return number.kind === 'float' ? number.value : null;
}

/** How long ago a time was; an empty text counts as a time that was never set. */
function dateText(value: JsonValue, now: number): JsonValue {
  if (typeof value !== 'string') return null;
  if (value === '' || value === 'null') return since(undefined, now);
  try {
    const instant = parseInstant(value);
    return since(isZeroTime(instant) ? undefined : instant.seconds * 1000 + instant.nanos / 1e6, now);
  } catch (error) {
    if (error instanceof TimeError) return '<invalid>';
    throw error;
  }
}
