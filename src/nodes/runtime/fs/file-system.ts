import {
  contentOf,
  directory,
  file,
  FsError,
  link,
  type DirectoryNode,
  type FileNode,
  type FsNode,
  type Mount,
  type Quota,
} from './nodes.js';

/** Links followed on the way to one file. */
const MAX_LINKS = 40;
const MAX_NAME = 255;
const MAX_PATH = 4096;
/** Directories below one another. */
const MAX_DEPTH = 256;
/** No file may be larger. Bytes. */
const MAX_FILE = 128 * 1024 * 1024;

/** Whose rights count. */
export interface Credentials {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

export const ROOT: Credentials = { uid: 0, gid: 0, groups: [] };

/** A node with the way that led to it. */
interface Found {
  readonly node: FsNode | undefined;
  readonly parent: DirectoryNode | undefined;
  readonly name: string;
  readonly path: string;
  readonly readOnly: boolean;
  readonly isMount: boolean;
  readonly quota: Quota | undefined;
}

/**
 * One container's view of its files: a tree in memory with other trees mounted
 * into it. `..` stops at its root, links are resolved within it, and there is no
 * way from here to the host's files.
 */
export class FileSystem {
  constructor(
    readonly root: DirectoryNode,
    private readonly now: () => number,
    /** Whether only what is mounted can be written. */
    private readonly isReadOnly = false,
  ) {}

  /** The node at an absolute path; throws FsError. */
  lookup(path: string, options: { readonly follow?: boolean; readonly as?: Credentials } = {}): FsNode {
    const { node } = this.walk(path, options.follow ?? true, options.as ?? ROOT);
    if (node === undefined) throw new FsError('ENOENT');
    return node;
  }

  exists(path: string): boolean {
    return this.tryLookup(path) !== undefined;
  }

  tryLookup(path: string, follow = true): FsNode | undefined {
    try {
      return this.walk(path, follow, ROOT).node;
    } catch {
      return undefined;
    }
  }

  /** The path without links. */
  realPath(path: string): string {
    const found = this.walk(path, true, ROOT);
    if (found.node === undefined) throw new FsError('ENOENT');
    return found.path;
  }

  read(path: string, as: Credentials = ROOT): Uint8Array {
    const node = this.lookup(path, { as });
    if (node.kind === 'directory') throw new FsError('EISDIR');
    if (node.kind === 'link') throw new FsError('ELOOP');
    if (!permits(node, as, 4)) throw new FsError('EACCES');
    return contentOf(node);
  }

  list(path: string, as: Credentials = ROOT): string[] {
    const node = this.lookup(path, { as });
    if (node.kind !== 'directory') throw new FsError('ENOTDIR');
    if (!permits(node, as, 4)) throw new FsError('EACCES');
    return [...node.children.keys()].sort();
  }

  /** The file at a path for writing, made if it isn't there. */
  open(path: string, options: { readonly truncate: boolean; readonly as?: Credentials; readonly mode?: number }): OpenedFile {
    const as = options.as ?? ROOT;
    const found = this.walk(path, true, as);
    let { node } = found;
    if (node?.kind === 'directory') throw new FsError('EISDIR');
    if (node?.kind === 'file' && node.device !== undefined) return new OpenedFile(node, found.quota, this.now);
    if (found.readOnly || (node?.kind === 'file' && node.generate !== undefined)) throw new FsError('EROFS');
    if (node === undefined) {
      this.checkParent(found, as);
      found.quota?.charge(0, 1);
      node = file(new Uint8Array(0), { mode: options.mode ?? 0o644, uid: as.uid, gid: as.gid, mtime: this.now() });
      this.insert(found, node);
    } else if (!permits(node, as, 2)) throw new FsError('EACCES');
    if (node.kind !== 'file') throw new FsError('ELOOP');
    const opened = new OpenedFile(node, found.quota, this.now);
    if (options.truncate) opened.truncate();
    return opened;
  }

  write(path: string, content: Uint8Array | string, as: Credentials = ROOT, mode?: number): void {
    this.open(path, { truncate: true, as, ...(mode === undefined ? {} : { mode }) }).append(
      typeof content === 'string' ? Buffer.from(content) : content,
    );
  }

  mkdir(path: string, options: { readonly recursive?: boolean; readonly mode?: number; readonly as?: Credentials } = {}): void {
    const as = options.as ?? ROOT;
    const found = this.walk(path, true, as, options.recursive === true ? (missing) => this.made(missing, as) : undefined);
    if (found.node !== undefined) {
      if (options.recursive === true && found.node.kind === 'directory') return;
      throw new FsError('EEXIST');
    }
    this.checkParent(found, as);
    this.insert(found, this.newDirectory(found, as, options.mode));
  }

  symlink(target: string, path: string, as: Credentials = ROOT): void {
    const found = this.walk(path, false, as);
    if (found.node !== undefined) throw new FsError('EEXIST');
    this.checkParent(found, as);
    found.quota?.charge(target.length, 1);
    this.insert(found, { ...link(target), uid: as.uid, gid: as.gid, mtime: this.now() });
  }

  hardLink(existing: string, path: string): void {
    const node = this.lookup(existing, { follow: false });
    if (node.kind === 'directory') throw new FsError('EACCES');
    const found = this.walk(path, false, ROOT);
    if (found.node !== undefined) throw new FsError('EEXIST');
    this.checkParent(found, ROOT);
    this.insert(found, node);
  }

  remove(path: string, options: { readonly recursive?: boolean; readonly as?: Credentials } = {}): void {
    const as = options.as ?? ROOT;
    const found = this.walk(path, false, as);
    if (found.node === undefined) throw new FsError('ENOENT');
    if (found.isMount || found.parent === undefined) throw new FsError('EBUSY');
    this.checkParent(found, as);
    if (found.node.kind === 'directory') {
      if (options.recursive !== true && found.node.children.size > 0) throw new FsError('ENOTEMPTY');
      if (hasMounts(found.node)) throw new FsError('EBUSY');
    }
    release(found.node, found.quota);
    found.parent.children.delete(found.name);
    found.parent.mtime = this.now();
  }

  rename(from: string, to: string, as: Credentials = ROOT): void {
    const source = this.walk(from, false, as);
    if (source.node === undefined) throw new FsError('ENOENT');
    if (source.isMount || source.parent === undefined) throw new FsError('EBUSY');
    let target = this.walk(to, false, as);
    if (target.node?.kind === 'directory' && source.node.kind !== 'directory') throw new FsError('EISDIR');
    if (target.path === source.path) return;
    if (target.path.startsWith(`${source.path}/`)) throw new FsError('EINVAL');
    if (target.quota !== source.quota) throw new FsError('EXDEV');
    this.checkParent(source, as);
    this.checkParent(target, as);
    if (target.node !== undefined) {
      this.remove(to, { as });
      target = this.walk(to, false, as);
    }
    source.parent.children.delete(source.name);
    this.insert(target, source.node);
  }

  /** Puts a tree or a file at a path; what leads there is made. */
  mount(path: string, node: FileNode | DirectoryNode, readOnly: boolean): void {
    const found = this.walk(path, true, ROOT, (missing) => this.made(missing, ROOT));
    if (found.parent === undefined) throw new FsError('EBUSY');
    const mount: Mount = { kind: 'mount', node, readOnly };
    found.parent.children.set(found.name, mount);
  }

  private made(missing: Found, as: Credentials): DirectoryNode {
    this.checkParent(missing, as);
    const node = this.newDirectory(missing, as);
    this.insert(missing, node);
    return node;
  }

  private newDirectory({ quota }: Found, as: Credentials, mode = 0o755): DirectoryNode {
    quota?.charge(0, 1);
    return { ...directory(mode, { uid: as.uid, gid: as.gid, mtime: this.now(), quota }) };
  }

  private checkParent({ parent, readOnly, name }: Found, as: Credentials): void {
    if (parent === undefined) throw new FsError('EEXIST');
    if (readOnly) throw new FsError('EROFS');
    if (name.length > MAX_NAME) throw new FsError('ENAMETOOLONG');
    if (!permits(parent, as, 2)) throw new FsError('EACCES');
  }

  private insert({ parent, name }: Found, node: FsNode): void {
    if (parent === undefined) throw new FsError('EEXIST');
    parent.children.set(name, node);
    parent.mtime = this.now();
  }

  /**
   * Follows a path. The last part may be missing; parts before it may not, unless `make` makes them.
   */
  private walk(path: string, follow: boolean, as: Credentials, make?: (missing: Found) => DirectoryNode): Found {
    if (path.length >= MAX_PATH) throw new FsError('ENAMETOOLONG');
    let links = 0;
    const trail: { node: DirectoryNode; name: string; readOnly: boolean; quota: Quota | undefined }[] = [];
    let current: { node: FsNode | undefined; readOnly: boolean; isMount: boolean; quota: Quota | undefined } = {
      node: this.root,
      readOnly: this.isReadOnly,
      isMount: true,
      quota: this.root.quota,
    };
    const rest = path.split('/').reverse();
    const names: string[] = [];
    const here = (): Found => {
      const above = trail.at(-1);
      return { ...current, parent: above?.node, name: names.at(-1) ?? '', path: `/${names.join('/')}` };
    };
    for (let part = rest.pop(); part !== undefined; part = rest.pop()) {
      if (part === '' || part === '.') continue;
      if (current.node === undefined) {
        if (make === undefined) throw new FsError('ENOENT');
        current = { ...current, node: make(here()) };
      }
      const { node } = current;
      if (node?.kind !== 'directory') throw new FsError('ENOTDIR');
      if (part === '..') {
        const above = trail.pop();
        names.pop();
        if (above !== undefined) current = { node: above.node, readOnly: above.readOnly, isMount: false, quota: above.quota };
        continue;
      }
      if (!permits(node, as, 1)) throw new FsError('EACCES');
      const child = node.children.get(part);
      const isLast = rest.every((other) => other === '' || other === '.');
      if (child?.kind === 'link' && (follow || !isLast)) {
        if (++links > MAX_LINKS) throw new FsError('ELOOP');
        if (child.target.startsWith('/')) {
          trail.length = 0;
          names.length = 0;
          current = { node: this.root, readOnly: this.isReadOnly, isMount: true, quota: this.root.quota };
        }
        rest.push(...child.target.split('/').reverse());
        continue;
      }
      trail.push({ node, name: part, readOnly: current.readOnly, quota: current.quota });
      names.push(part);
      if (names.length > MAX_DEPTH) throw new FsError('ENAMETOOLONG');
      current =
        child?.kind === 'mount'
          ? {
              node: child.node,
              readOnly: child.readOnly,
              isMount: true,
              quota: child.node.kind === 'directory' ? (child.node.quota ?? current.quota) : current.quota,
            }
          : { node: child, readOnly: current.readOnly, isMount: false, quota: current.quota };
    }
    return here();
  }
}

/** A file that is being written. */
export class OpenedFile {
  /** Where the next `write` goes. */
  position = 0;

  constructor(
    readonly node: FileNode,
    private readonly quota: Quota | undefined,
    private readonly now: () => number,
  ) {}

  truncate(): void {
    if (this.node.device !== undefined) return;
    this.quota?.charge(-this.node.content.length);
    this.node.content.truncate();
    this.node.mtime = this.now();
  }

  append(bytes: Uint8Array): void {
    this.position = this.node.content.length;
    this.write(bytes);
  }

  write(bytes: Uint8Array): void {
    const { node } = this;
    if (node.device === 'full') throw new FsError('ENOSPC');
    if (node.device !== undefined || bytes.length === 0) return;
    const end = this.position + bytes.length;
    if (end > MAX_FILE) throw new FsError('EFBIG');
    if (end > node.content.length) this.quota?.charge(end - node.content.length);
    node.content.write(this.position, bytes);
    this.position = end;
    node.mtime = this.now();
  }
}

/** @param want 4 read, 2 write, 1 search or execute */
export function permits(node: FsNode, as: Credentials, want: number): boolean {
  if (as.uid === 0) return true;
  const shift = node.uid === as.uid ? 6 : node.gid === as.gid || as.groups.includes(node.gid) ? 3 : 0;
  return ((node.mode >> shift) & want) === want;
}

function hasMounts(node: DirectoryNode): boolean {
  for (const child of node.children.values()) {
    if (child.kind === 'mount' || (child.kind === 'directory' && hasMounts(child))) return true;
  }
  return false;
}

/** Gives back what a tree was charged. */
function release(node: FsNode, quota: Quota | undefined): void {
  if (quota === undefined) return;
  if (node.kind === 'directory') {
    for (const child of node.children.values()) if (child.kind !== 'mount') release(child, quota);
    quota.charge(0, -1);
  } else quota.charge(node.kind === 'file' ? -node.content.length : -node.target.length, -1);
}
