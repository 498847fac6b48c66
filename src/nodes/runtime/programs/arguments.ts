import { parseDuration } from '../../../apimachinery/duration.js';

/** A command line taken apart: single letters, long options, the rest. */
export interface Parsed {
  /** Letters and names that were given, with their last value ('' for those without one). */
  readonly options: ReadonlyMap<string, string>;
  /** All values of options that may be repeated. */
  readonly repeated: ReadonlyMap<string, readonly string[]>;
  readonly rest: readonly string[];
}

/**
 * @param withValue letters and long names that take a value; `-ofile`, `-o file`, `--out=file` and `--out file` are the same
 */
export function parseArguments(args: readonly string[], withValue: readonly string[] = []): Parsed {
  const options = new Map<string, string>();
  const repeated = new Map<string, string[]>();
  const rest: string[] = [];
  const note = (name: string, value: string): void => {
    options.set(name, value);
    repeated.set(name, [...(repeated.get(name) ?? []), value]);
  };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--') {
      rest.push(...args.slice(i + 1));
      break;
    }
    if (arg === '-' || !arg.startsWith('-')) {
      rest.push(arg);
    } else if (arg.startsWith('--')) {
      const equals = arg.indexOf('=');
      const name = equals === -1 ? arg.slice(2) : arg.slice(2, equals);
      note(name, equals !== -1 ? arg.slice(equals + 1) : withValue.includes(name) ? (args[++i] ?? '') : '');
    } else {
      for (let at = 1; at < arg.length; at++) {
        const letter = arg.charAt(at);
        if (!withValue.includes(letter)) {
          note(letter, '');
          continue;
        }
        note(letter, at + 1 < arg.length ? arg.slice(at + 1) : (args[++i] ?? ''));
        break;
      }
    }
  }
  return { options, repeated, rest };
}

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

/** `1.5h` in milliseconds; undefined if it is no time. */
export function parseSleep(text: string): number | undefined {
  if (text === 'infinity' || text === 'inf') return Number.POSITIVE_INFINITY;
  const match = /^(\d*\.?\d+)([smhd]?)$/.exec(text);
  return match === null ? undefined : Number(match[1]) * (UNITS[match[2] ?? ''] ?? 1) * 1000;
}

/** A duration as Go writes it (`1m30s`) in milliseconds. Throws an Error if it is none. */
export function goDuration(text: string): number {
  return Number(parseDuration(text)) / 1_000_000;
}
