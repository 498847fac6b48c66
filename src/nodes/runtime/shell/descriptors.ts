import type { ByteSink, ByteSource } from '../process/bytes.js';
import { EMPTY_SOURCE, NULL_SINK, sourceOf } from '../process/bytes.js';
import { BufferedSource } from '../process/buffered-source.js';
import { Content } from '../fs/content.js';
import { FsError, type FileNode } from '../fs/nodes.js';
import type { OpenedFile } from '../fs/file-system.js';
import { permits } from '../fs/file-system.js';
import type { Process, StandardStreams } from '../process/process.js';
import type { Shell } from './shell.js';
import type { Redirection } from './syntax.js';

/** An open file of a shell. */
export interface Descriptor {
  readonly source?: ByteSource | undefined;
  readonly sink?: ByteSink | undefined;
}

/** Open files by number. */
export type Descriptors = ReadonlyMap<number, Descriptor>;

export function standardDescriptors({ stdin, stdout, stderr }: StandardStreams): Descriptors {
  return new Map([
    [0, { source: BufferedSource.of(stdin) }],
    [1, { sink: stdout }],
    [2, { sink: stderr }],
  ]);
}

export function streamsOf(descriptors: Descriptors): StandardStreams {
  return {
    stdin: descriptors.get(0)?.source ?? EMPTY_SOURCE,
    stdout: descriptors.get(1)?.sink ?? NULL_SINK,
    stderr: descriptors.get(2)?.sink ?? NULL_SINK,
  };
}

/** The open files after redirections. Throws an Error whose text a shell prints. */
export async function redirect(shell: Shell, redirections: readonly Redirection[], before: Descriptors): Promise<Descriptors> {
  if (redirections.length === 0) return before;
  const open = new Map(before);
  for (const redirection of redirections) await apply(shell, redirection, open);
  return open;
}

async function apply(shell: Shell, { fd, operator, target }: Redirection, open: Map<number, Descriptor>): Promise<void> {
  if (target.type === 'HereDoc') {
    open.set(fd ?? 0, { source: BufferedSource.of(sourceOf(Buffer.from(await shell.expander.text(target.content)))) });
    return;
  }
  const text = await shell.expander.text(target);
  const { process } = shell;
  switch (operator) {
    case '<<<':
      open.set(fd ?? 0, { source: BufferedSource.of(sourceOf(Buffer.from(`${text}\n`))) });
      return;
    case '<':
    case '<>':
      open.set(fd ?? 0, { source: BufferedSource.of(openSource(process, text)) });
      return;
    case '>':
    case '>|':
    case '>>':
      open.set(fd ?? 1, { sink: openSink(process, text, operator === '>>') });
      return;
    case '&>':
    case '&>>': {
      const sink = openSink(process, text, operator === '&>>');
      open.set(1, { sink });
      open.set(2, { sink });
      return;
    }
    case '>&':
    case '<&':
      duplicate(text, fd ?? (operator === '>&' ? 1 : 0), open, process);
      return;
    default:
      throw new Error(`${operator}: not supported`);
  }
}

function duplicate(text: string, fd: number, open: Map<number, Descriptor>, process: Process): void {
  if (text === '-') {
    open.delete(fd);
    return;
  }
  if (!/^\d+$/.test(text)) {
    const sink = openSink(process, text, false);
    open.set(1, { sink });
    open.set(2, { sink });
    return;
  }
  const from = open.get(Number(text));
  if (from === undefined) throw new Error(`${text}: bad file descriptor`);
  open.set(fd, from);
}

/** What was done to which file, as a shell says it. */
function told<T>(path: string, action: () => T, verb: 'open' | 'create'): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof FsError)
      throw new Error(`can't ${verb} ${path}: ${error.message.replace('No such file', 'no such file')}`, { cause: error });
    throw error;
  }
}

/** A file's bytes as they are when they are read. Throws if it can't be opened. */
export function openSource(process: Process, path: string): ByteSource {
  return told(
    path,
    () => {
      const node = process.fs.lookup(process.resolve(path), { as: process.credentials });
      if (node.kind !== 'file') throw new FsError('EISDIR');
      if (!permits(node, process.credentials, 4)) throw new FsError('EACCES');
      return fileSource(node, process);
    },
    'open',
  );
}

/** Bytes that one read gives at most. */
const CHUNK = 64 * 1024;
const ZEROS = new Uint8Array(CHUNK);

export function fileSource(node: FileNode, process: Process): ByteSource {
  if (node.device !== undefined && node.device !== 'null') {
    const { random } = process.machine;
    return {
      // Devices never end, so each read is a step of the program.
      read: async () => {
        await process.step();
        return node.device === 'random' ? random.bytes(CHUNK) : ZEROS;
      },
      close: () => undefined,
    };
  }
  let at = 0;
  let content: Content | undefined;
  return {
    read: () => {
      content ??= node.generate === undefined ? node.content : new Content(node.generate());
      const chunk = content.read(at, CHUNK);
      at += chunk.length;
      return Promise.resolve(chunk.length === 0 ? undefined : chunk);
    },
    close: () => undefined,
  };
}

export function openSink(process: Process, path: string, append: boolean): ByteSink {
  return told(
    path,
    () => {
      const absolute = process.resolve(path);
      const special = SPECIAL[absolute];
      if (special !== undefined) return special(process);
      const opened = process.fs.open(absolute, { truncate: !append, as: process.credentials, mode: 0o666 & ~process.umask });
      return fileSink(opened, append, process);
    },
    'create',
  );
}

/** `/dev/stderr` and the like lead to the process's own files; those of process 1 to the container's log. */
const SPECIAL: Readonly<Record<string, ((process: Process) => ByteSink) | undefined>> = {
  '/dev/stdout': (process) => process.stdout,
  '/dev/stderr': (process) => process.stderr,
  '/proc/self/fd/1': (process) => process.stdout,
  '/proc/self/fd/2': (process) => process.stderr,
  '/proc/1/fd/1': (process) => process.machine.first?.stdout ?? NULL_SINK,
  '/proc/1/fd/2': (process) => process.machine.first?.stderr ?? NULL_SINK,
};

export function fileSink(opened: OpenedFile, append: boolean, process: Process): ByteSink {
  return {
    write: (bytes) => {
      if (append) opened.append(bytes);
      else opened.write(bytes);
      return process.machine.cpu.turn();
    },
    close: () => undefined,
  };
}
