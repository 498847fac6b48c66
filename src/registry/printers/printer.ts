import type { JsonObject, JsonValue } from '../../schema/type.js';

/** metav1.TableColumnDefinition; all members are always written. */
export interface TableColumn {
  readonly name: string;
  /** An OpenAPI type name, or `date`. */
  readonly type: string;
  /** `name` marks the column that identifies the row. */
  readonly format: string;
  readonly description: string;
  /** Above 0: only for `kubectl get -o wide`. */
  readonly priority: number;
}

/** metav1.TableRowCondition. */
export interface TableRowCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/**
 * How a resource's objects become rows of a Table (Go: rest.TableConvertor and
 * pkg/printers). Objects are in the storage version: a Table shows the same
 * columns whichever version it was asked through.
 */
export interface TablePrinter {
  readonly columns: readonly TableColumn[];
  /** One value a column, wide ones included. `now` is in milliseconds. Must not fail on an object without spec or status, such as a bookmark. */
  cells(object: JsonObject, now: number): JsonValue[];
  /** Marks rows that kubectl may hide, such as those of pods that have ended. */
  readonly conditions?: ((object: JsonObject) => readonly TableRowCondition[] | undefined) | undefined;
  /** The order of rows where it isn't that of the list. */
  readonly compare?: ((a: JsonObject, b: JsonObject) => number) | undefined;
  /** A Go server's default convertor leaves the rows of an empty list nil, so they are written as null. */
  readonly emptyRowsAreNull?: boolean | undefined;
  /** Columns are written even where a request, or a watch after its first event, leaves them out. */
  readonly alwaysHeaders?: boolean | undefined;
}

/**
 * A built-in type seen without any promise: stored objects lack what was never
 * set, bookmarks lack all but metadata, and Go writes null for a nil list.
 */
export type View<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends readonly (infer Item)[]
    ? readonly View<Item>[]
    : { readonly [Key in keyof T]?: View<T[Key]> | null | undefined };

/** The printer of a built-in type, whose functions see objects as `T`. */
export interface TypedPrinter<T> {
  readonly columns: readonly TableColumn[];
  readonly cells: (object: View<T>, now: number) => JsonValue[];
  readonly conditions?: (object: View<T>) => readonly TableRowCondition[] | undefined;
  readonly compare?: (a: View<T>, b: View<T>) => number;
}

/** Makes a printer from functions over a built-in type; objects were decoded as that type, so their shape is known. */
export function printer<T>(typed: TypedPrinter<T>): TablePrinter {
  return typed as unknown as TablePrinter;
}

/** The printers of one group by lower-case plural. */
export type PrintersByResource = Readonly<Record<string, TablePrinter>>;
