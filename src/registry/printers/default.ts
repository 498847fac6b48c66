import { CREATED_DESCRIPTION, column, nameColumn } from './columns/column.js';
import { printer, type TablePrinter } from './printer.js';

interface Named {
  metadata: { name: string; creationTimestamp: string };
}

/** What a creation time that was never set looks like. */
const NEVER = '0001-01-01T00:00:00Z';

/** For resources without a table of their own (Go: rest.NewDefaultTableConvertor). */
export const defaultPrinter: TablePrinter = {
  ...printer<Named>({
    columns: [nameColumn, column('Created At', 'date', CREATED_DESCRIPTION)],
    cells: ({ metadata }) => [metadata?.name ?? '', metadata?.creationTimestamp ?? NEVER],
  }),
  emptyRowsAreNull: true,
};
