import { FileSystem } from '../fs/file-system.js';
import { contentOf, directory, file, FsError, Quota, type DirectoryNode, type FileNode } from '../fs/nodes.js';
import { RELEASES } from '../fs/root-tree.js';
import { nodeHostsFile } from '../pod-files.js';

/** Bytes that the files of one node, or of one persistent volume, may take. */
const MAX_BYTES = 256 * 1024 * 1024;

/** The files that outlive pods: those of nodes (hostPath) and those of persistent volumes. */
export class NodeFiles {
  private readonly nodes = new Map<string, DirectoryNode>();
  private readonly volumes = new Map<string, DirectoryNode>();

  /** @param addressesOf of a node by its name, as its /etc/hosts has them */
  constructor(private readonly addressesOf: (nodeName: string) => readonly string[] = () => []) {}

  /** A simulated node's root; never the host's. */
  node(name: string): DirectoryNode {
    let root = this.nodes.get(name);
    if (root === undefined) {
      root = directory(0o755, { quota: new Quota(MAX_BYTES) });
      for (const path of ['home', 'mnt', 'opt', 'proc', 'root', 'run', 'srv', 'sys', 'tmp', 'usr', 'var'])
        root.children.set(path, directory(path === 'tmp' ? 0o1777 : 0o755));
      const etc = directory();
      etc.children.set('hosts', file(nodeHostsFile(name, this.addressesOf(name))));
      etc.children.set('hostname', file(`${name}\n`));
      etc.children.set('os-release', file(RELEASES.debian));
      root.children.set('etc', etc);
      this.nodes.set(name, root);
    }
    return root;
  }

  removeNode(name: string): void {
    this.nodes.delete(name);
  }

  /** The text of a file of a node; '' if there is none. */
  textOf(nodeName: string, path: string): string {
    const found = this.hostPath(nodeName, path, 'File');
    return typeof found === 'object' && found.kind === 'file' ? Buffer.from(contentOf(found)).toString('utf8') : '';
  }

  /** The files of a persistent volume. */
  volume(name: string): DirectoryNode {
    let root = this.volumes.get(name);
    if (root === undefined) this.volumes.set(name, (root = directory(0o777, { quota: new Quota(MAX_BYTES) })));
    return root;
  }

  removeVolume(name: string): void {
    this.volumes.delete(name);
  }

  /** A path on a node as a hostPath volume of a type means it; the text of the failure if it isn't that (Go: hostpath.checkType). */
  hostPath(nodeName: string, path: string, type: string): DirectoryNode | FileNode | string {
    if (path.split('/').includes('..')) return `hostPath ${path} must not contain '..'`;
    const fs = new FileSystem(this.node(nodeName), () => 0);
    let found = fs.tryLookup(path);
    if (found === undefined) {
      const failure = make(fs, path, type);
      if (failure !== undefined) return failure;
      found = fs.tryLookup(path);
    }
    const { name, kind } = WANTED[type] ?? {};
    // Nobody listens on a node's sockets, and nothing is on its devices; they are there if somebody wants them.
    if (found === undefined && name !== undefined && kind === undefined) return file('');
    if (found === undefined || found.kind === 'link' || (kind !== undefined && found.kind !== kind))
      return `hostPath type check failed: ${path} is not a ${name ?? 'directory'}`;
    return found;
  }
}

/** What a type wants to find, as its failure calls it. */
const WANTED: Readonly<Record<string, { readonly name: string; readonly kind?: 'directory' | 'file' }>> = {
  Directory: { name: 'directory', kind: 'directory' },
  DirectoryOrCreate: { name: 'directory', kind: 'directory' },
  File: { name: 'file', kind: 'file' },
  FileOrCreate: { name: 'file', kind: 'file' },
  Socket: { name: 'socket file' },
  CharDevice: { name: 'character device' },
  BlockDevice: { name: 'block device' },
};

/** Makes what a type wants to be made: directories with those above them, files only in directories that are there. */
function make(fs: FileSystem, path: string, type: string): string | undefined {
  try {
    if (type === '' || type === 'DirectoryOrCreate') fs.mkdir(path, { recursive: true });
    else if (type === 'FileOrCreate') fs.write(path, '');
    return undefined;
  } catch (error) {
    if (!(error instanceof FsError)) throw error;
    return `${type === 'FileOrCreate' ? 'open' : 'mkdir'} ${path}: ${error.message.toLowerCase()}`;
  }
}
