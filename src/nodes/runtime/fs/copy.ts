import type { Credentials, FileSystem } from './file-system.js';
import { FsError } from './nodes.js';

/** Copies a file, or with `recursive` a tree, to a path that nothing else is at. Throws FsError. */
export function copy(fs: FileSystem, source: string, target: string, as: Credentials, recursive: boolean): void {
  const node = fs.lookup(source, { as });
  if (node.kind !== 'directory') {
    fs.write(target, fs.read(source, as), as, node.mode);
    return;
  }
  if (!recursive) throw new FsError('EISDIR');
  fs.mkdir(target, { recursive: true, as });
  for (const name of fs.list(source, as)) copy(fs, `${source}/${name}`, `${target}/${name}`, as, true);
}
