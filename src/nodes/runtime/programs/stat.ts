import { FsError, sizeOf, type FsNode } from '../fs/nodes.js';
import type { Process } from '../process/process.js';
import { parseArguments } from './arguments.js';
import { modeText } from './ls.js';
import { groupName, strftime, userName } from './system.js';

const BLOCK = 512;
const IO_BLOCK = 4096;

/** `stat [-L] [-c FORMAT] FILE…` */
export async function stat(process: Process): Promise<number> {
  const { options, rest } = parseArguments(process.argv.slice(1), ['c', 'format', 'printf']);
  if (rest.length === 0) {
    await process.error('stat: missing operand\n');
    return 1;
  }
  const format = options.get('c') ?? options.get('format');
  const follow = options.has('L') || options.has('dereference');
  let code = 0;
  for (const path of rest) {
    let node: FsNode;
    try {
      node = process.fs.lookup(process.resolve(path), { follow, as: process.credentials });
    } catch (error) {
      if (!(error instanceof FsError)) throw error;
      await process.error(`stat: cannot stat '${path}': ${error.message}\n`);
      code = 1;
      continue;
    }
    const printf = options.get('printf')?.replaceAll('\\n', '\n').replaceAll('\\t', '\t');
    await process.write(
      printf === undefined ? `${filled(format ?? whole(node), path, node, process)}\n` : filled(printf, path, node, process),
    );
  }
  return code;
}

/** What is shown without a format. */
function whole({ kind }: FsNode): string {
  return [
    kind === 'link' ? '  File: %N' : '  File: %n',
    '  Size: %s\tBlocks: %b\tIO Block: %o\t%F',
    'Device: 0,50\tInode: %i\tLinks: %h',
    'Access: (%04a/%A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)',
    'Access: %x',
    'Modify: %y',
    'Change: %z',
  ].join('\n');
}

function filled(format: string, path: string, node: FsNode, process: Process): string {
  const { uid, gid, mode, mtime } = node;
  const size = sizeOf(node);
  const seconds = (): string => String(Math.floor(mtime / 1000));
  const time = (): string => strftime('%Y-%m-%d %H:%M:%S.%N +0000', mtime);
  const parts: Readonly<Record<string, () => string>> = {
    n: () => path,
    N: () => (node.kind === 'link' ? `'${path}' -> '${node.target}'` : `'${path}'`),
    a: () => mode.toString(8),
    A: () => modeText(node),
    f: () => (KINDS[node.kind].bits | mode).toString(16),
    F: () => (node.kind === 'file' && size === 0 ? 'regular empty file' : KINDS[node.kind].name),
    u: () => String(uid),
    U: () => userName(process, uid),
    g: () => String(gid),
    G: () => groupName(process, gid),
    s: () => String(size),
    b: () => String(Math.ceil(size / IO_BLOCK) * (IO_BLOCK / BLOCK)),
    B: () => String(BLOCK),
    o: () => String(IO_BLOCK),
    h: () => (node.kind === 'directory' ? '2' : '1'),
    i: () => String(1 + (Math.floor(mtime) % 1_000_000)),
    d: () => '50',
    x: time,
    y: time,
    z: time,
    X: seconds,
    Y: seconds,
    Z: seconds,
    '%': () => '%',
  };
  return format.replace(/%(0?)(\d*)([a-zA-Z%])/g, (text, zero: string, width: string, letter: string) => {
    const value = parts[letter]?.();
    return value === undefined ? text : value.padStart(Number(width), zero === '' ? ' ' : '0');
  });
}

/** S_IFMT of stat(2), and what GNU calls them. */
const KINDS: Readonly<Record<FsNode['kind'], { readonly bits: number; readonly name: string }>> = {
  file: { bits: 0o100000, name: 'regular file' },
  directory: { bits: 0o040000, name: 'directory' },
  link: { bits: 0o120000, name: 'symbolic link' },
};
