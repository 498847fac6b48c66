/** Where the parts of a cluster tell what happens; the command line decides how it looks. */
export interface Logger {
  /** Verbosity: messages above it are dropped. 0 is quiet but for errors. */
  readonly verbosity: number;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, error?: unknown): void;
}
