import { directory, file, link, type DirectoryNode } from '../fs/nodes.js';

/** One file of a projected volume. */
export interface ProjectedFile {
  /** Relative, with slashes. */
  readonly path: string;
  readonly content: Uint8Array;
  readonly mode: number;
}

/**
 * Writes files as a kubelet does (Go: volume/util.AtomicWriter): into a directory of
 * its own, to which `..data` leads, so that an update shows all at once.
 * @param gid the volume's group (fsGroup), if it has one
 */
export function writeAtomically(root: DirectoryNode, files: readonly ProjectedFile[], now: number, gid: number | undefined): void {
  const name = `..${new Date(now).toISOString().replace('T', '_').replaceAll(/[-:]/g, '_').slice(0, 19)}.${String(now % 1000).padStart(3, '0')}`;
  const data = directory(0o755, { mtime: now });
  for (const { path, content, mode } of files) {
    const parts = path.split('/');
    const last = parts.pop() ?? '';
    let at = data;
    for (const part of parts) {
      let child = at.children.get(part);
      if (child?.kind !== 'directory') at.children.set(part, (child = directory(0o755, { mtime: now })));
      at = child;
    }
    const shared = gid === undefined ? {} : { gid };
    at.children.set(last, file(content, { mode: gid === undefined ? mode : mode | 0o040, mtime: now, ...shared }));
  }
  for (const old of [...root.children.keys()]) if (old.startsWith('..') || !data.children.has(old)) root.children.delete(old);
  root.children.set(name, data);
  root.children.set('..data', { ...link(name), mtime: now });
  for (const top of data.children.keys()) root.children.set(top, { ...link(`..data/${top}`), mtime: now });
  root.mtime = now;
}
