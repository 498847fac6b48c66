/** Columns of the node group's tables; the texts are part of the wire format. */
import type { TableColumn } from '../printer.js';
import { ageColumn, column, nameColumn } from './column.js';

export const runtimeClassColumns: readonly TableColumn[] = [nameColumn, column('Handler', 'string', ''), ageColumn];
