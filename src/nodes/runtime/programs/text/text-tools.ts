import type { CommandName } from 'just-bash';
import { FsError, isFsCode } from '../../fs/nodes.js';
import { JustBashFileSystem } from '../../fs/just-bash-fs.js';
import { readAll } from '../../process/bytes.js';
import type { Process, Program } from '../../process/process.js';
import { toolThreads } from './threads.js';

/** Tools that take their whole input before they answer; just-bash has them. */
export const TEXT_TOOLS = [
  ...['cp', 'chmod', 'tree', 'du', 'file', 'find', 'expr'],
  ...['wc', 'grep', 'fgrep', 'egrep', 'sed', 'awk', 'sort', 'uniq', 'comm', 'cut', 'paste', 'tr', 'rev', 'nl', 'fold', 'expand'],
  ...['unexpand', 'strings', 'split', 'column', 'join', 'tac', 'diff', 'base64', 'od', 'gzip', 'gunzip', 'zcat', 'jq'],
] as const satisfies readonly CommandName[];

/** Those that never read stdin; they would wait for a terminal for nothing. */
const NO_INPUT: ReadonlySet<string> = new Set(['cp', 'chmod', 'tree', 'du', 'file', 'find', 'expr']);

/** Bytes that a tool takes in. */
const MAX_INPUT = 16 * 1024 * 1024;
/** What a tool may use; far below what would be felt outside. */
const LIMITS = {
  maxCommandCount: 1000,
  maxLoopIterations: 100_000,
  maxOutputSize: 16 * 1024 * 1024,
  maxStringLength: 16 * 1024 * 1024,
  maxLiveBytes: 64 * 1024 * 1024,
  maxInputBytes: 32 * 1024 * 1024,
  maxExecutionTimeMs: 5000,
  maxWorkUnits: 2_000_000,
  maxTraversalEntries: 50_000,
} as const;

/** A program that just-bash does the work of. */
export function textTool(name: (typeof TEXT_TOOLS)[number]): Program {
  return async (process) => {
    const input = await inputOf(process, name);
    await process.step();
    const job = {
      name,
      args: process.argv.slice(1),
      input: input.toString('latin1'),
      env: Object.fromEntries(process.env),
      cwd: process.cwd,
      limits: LIMITS,
    };
    const fs = new JustBashFileSystem(process.fs, process.credentials);
    const stop = new AbortController();
    const result = await process.wait(
      toolThreads.run(job, fs, stop.signal),
      () => {
        stop.abort();
      },
      true,
    );
    if (result.stderr !== '') await process.error(inWordsOfLibc(result.stderr.replace(/^bash: (?:line \d+: )?/gm, '')));
    if (result.stdout !== '') await process.write(Buffer.from(result.stdout, result.isBytes ? 'latin1' : 'utf8'));
    return result.exitCode;
  };
}

/** just-bash passes on what Node says of a failed call: `EROFS: read-only file system, '/x'`. */
function inWordsOfLibc(text: string): string {
  return text.replace(/\b(E[A-Z]{3,}): [^\n,]*, '[^'\n]*'/g, (whole, code: string) => (isFsCode(code) ? new FsError(code).message : whole));
}

async function inputOf(process: Process, name: string): Promise<Buffer> {
  if (NO_INPUT.has(name)) return Buffer.alloc(0);
  const files = process.argv.slice(1).filter((arg) => !arg.startsWith('-') && process.fs.exists(process.resolve(arg)));
  const named = process.argv.includes('-') ? [] : files;
  // A tool with a file to read leaves stdin to whoever comes next.
  if (named.length > 0) return Buffer.alloc(0);
  return await process.wait(readAll(process.stdin, MAX_INPUT, process));
}
