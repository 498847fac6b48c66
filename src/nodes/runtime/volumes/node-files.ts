import { contentOf, directory, file, Quota, type DirectoryNode, type FileNode } from '../fs/nodes.js';
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

  /** A path on a node as a hostPath volume of a type means it; the text of the failure if it isn't that. */
  hostPath(nodeName: string, path: string, type: string): DirectoryNode | FileNode | string {
    let at: DirectoryNode = this.node(nodeName);
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    if (parts.includes('..')) return `hostPath ${path} must not contain '..'`;
    const last = parts.pop();
    if (last === undefined) return at;
    const makes = type !== 'Directory' && type !== 'File';
    for (const part of parts) {
      let child = at.children.get(part);
      if (child === undefined && makes) at.children.set(part, (child = directory()));
      if (child?.kind !== 'directory') return `hostPath type check failed: ${path} is not a ${type === 'File' ? 'file' : 'directory'}`;
      at = child;
    }
    const found = at.children.get(last);
    if (found?.kind === 'directory' && type !== 'File' && type !== 'FileOrCreate') return found;
    if (found?.kind === 'file' && type !== 'Directory' && type !== 'DirectoryOrCreate') return found;
    if (type === 'Socket' || type === 'CharDevice' || type === 'BlockDevice') return file('');
    if (found !== undefined || !makes)
      return `hostPath type check failed: ${path} is not a ${type.startsWith('File') ? 'file' : 'directory'}`;
    const made = type === 'FileOrCreate' ? file('', { mode: 0o644 }) : directory();
    at.children.set(last, made);
    return made;
  }
}
