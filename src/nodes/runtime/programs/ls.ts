import { sizeOf, type FsNode } from '../fs/nodes.js';
import type { Process } from '../process/process.js';
import { parseArguments } from './arguments.js';
import { groupName, strftime, userName } from './system.js';

interface Shown {
  readonly name: string;
  readonly node: FsNode;
}

/** `ls`, with the options that people use. */
export async function ls(process: Process): Promise<number> {
  const { options, rest } = parseArguments(process.argv.slice(1));
  const files: Shown[] = [];
  const directories: { readonly name: string; readonly path: string }[] = [];
  let status = 0;
  for (const name of rest.length === 0 ? ['.'] : rest) {
    const path = process.resolve(name);
    try {
      const node = process.fs.lookup(path, { follow: !options.has('d') && !options.has('l'), as: process.credentials });
      const target = node.kind === 'link' ? process.fs.tryLookup(path) : node;
      if (target?.kind === 'directory' && !options.has('d') && (node.kind === 'directory' || name.endsWith('/')))
        directories.push({ name, path });
      else files.push({ name, node });
    } catch (error) {
      await process.error(`ls: ${name}: ${error instanceof Error ? error.message : String(error)}\n`);
      status = 1;
    }
  }
  if (files.length > 0) await process.write(listing(process, files, options));
  const isNamed = rest.length > 1 || options.has('R');
  for (let at = 0; at < directories.length; at++) {
    const { name, path } = directories[at] ?? { name: '', path: '' };
    await process.step();
    let entries: Shown[];
    try {
      entries = entriesOf(process, path, options);
    } catch (error) {
      await process.error(`ls: can't open '${name}': ${error instanceof Error ? error.message : String(error)}\n`);
      status = 1;
      continue;
    }
    const head = isNamed ? `${at === 0 && files.length === 0 ? '' : '\n'}${name}:\n` : '';
    const total = options.has('l')
      ? `total ${String(entries.reduce((sum, { node }) => sum + Math.ceil(sizeOf(node) / 4096) * 4, 0))}\n`
      : '';
    await process.write(head + total + listing(process, entries, options));
    if (options.has('R') && directories.length < MAX_DIRECTORIES)
      directories.push(
        ...entries
          .filter(({ name: own, node }) => node.kind === 'directory' && own !== '.' && own !== '..')
          .map(({ name: own }) => ({ name: `${name}/${own}`, path: `${path}/${own}` })),
      );
  }
  return status;
}

/** Directories that one listing goes through. */
const MAX_DIRECTORIES = 10_000;

function entriesOf(process: Process, path: string, options: ReadonlyMap<string, string>): Shown[] {
  const { fs, credentials } = process;
  const names = fs.list(path, credentials).filter((name) => !name.startsWith('.') || options.has('a') || options.has('A'));
  const entries = [...(options.has('a') ? ['.', '..'] : []), ...names].map((name) => ({
    name,
    node: fs.lookup(`${path}/${name}`, { follow: false }),
  }));
  if (options.has('t')) entries.sort((a, b) => b.node.mtime - a.node.mtime);
  if (options.has('S')) entries.sort((a, b) => sizeOf(b.node) - sizeOf(a.node));
  return options.has('r') ? entries.reverse() : entries;
}

function listing(process: Process, entries: readonly Shown[], options: ReadonlyMap<string, string>): string {
  if (options.has('l') || options.has('n')) {
    const rows = entries.map(({ name, node }) => [
      modeText(node),
      String(node.kind === 'directory' ? 2 : 1),
      options.has('n') ? String(node.uid) : userName(process, node.uid),
      options.has('n') ? String(node.gid) : groupName(process, node.gid),
      options.has('h') ? human(sizeOf(node)) : String(sizeOf(node)),
      strftime('%b %e %H:%M', node.mtime),
      node.kind === 'link' ? `${name} -> ${node.target}` : name,
    ]);
    const widths = [0, 1, 2, 3, 4].map((column) => Math.max(0, ...rows.map((row) => (row[column] ?? '').length)));
    return rows
      .map(
        (row) =>
          `${row.map((cell, column) => (column === 1 || column === 4 ? cell.padStart(widths[column] ?? 0) : column < 4 ? cell.padEnd(widths[column] ?? 0) : cell)).join(' ')}\n`,
      )
      .join('');
  }
  if (entries.length === 0) return '';
  const names = entries.map(({ name, node }) => (options.has('F') && node.kind === 'directory' ? `${name}/` : name));
  // On a terminal names stand side by side; elsewhere one a line.
  return process.terminal === undefined || options.has('1') ? names.map((name) => `${name}\n`).join('') : `${names.join('  ')}\n`;
}

/** `drwxr-xr-x` */
export function modeText({ kind, mode }: FsNode): string {
  const bits = [...'rwxrwxrwx'].map((letter, index) => (((mode >> (8 - index)) & 1) === 1 ? letter : '-'));
  if ((mode & 0o2000) !== 0) bits[5] = bits[5] === 'x' ? 's' : 'S';
  if ((mode & 0o1000) !== 0) bits[8] = bits[8] === 'x' ? 't' : 'T';
  return `${kind === 'directory' ? 'd' : kind === 'link' ? 'l' : '-'}${bits.join('')}`;
}

function human(size: number): string {
  const units = ['', 'K', 'M', 'G'];
  let at = 0;
  let value = size;
  for (; value >= 1024 && at < units.length - 1; at++) value /= 1024;
  return at === 0 ? String(size) : `${value.toFixed(1)}${units[at] ?? ''}`;
}
