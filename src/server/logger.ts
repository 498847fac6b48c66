import type { Logger } from '../apimachinery/logger.js';

export type { Logger } from '../apimachinery/logger.js';

/** Drops everything: the library's default. */
export const silentLogger: Logger = {
  verbosity: 0,
  info: () => undefined,
  error: () => undefined,
};

/** One line an entry to standard error, as text or as JSON. */
export function streamLogger(format: 'text' | 'json', verbosity: number, write: (line: string) => void): Logger {
  const line = (level: string, message: string, fields: Readonly<Record<string, unknown>>): void => {
    const time = new Date().toISOString();
    if (format === 'json') write(`${JSON.stringify({ time, level, message, ...fields })}\n`);
    else
      write(
        `${time} ${level} ${message}${Object.entries(fields)
          .map(([key, value]) => ` ${key}=${JSON.stringify(value)}`)
          .join('')}\n`,
      );
  };
  return {
    verbosity,
    info: (message, fields = {}) => {
      if (verbosity > 0) line('info', message, fields);
    },
    error: (message, error) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : error === undefined ? undefined : String(error);
      line('error', message, text === undefined ? {} : { error: text });
    },
  };
}
