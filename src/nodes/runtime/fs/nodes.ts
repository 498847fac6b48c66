import { Content } from './content.js';

/** What a simulated file system is made of. Trees may be shared: a volume is one directory in several containers. */
export type FsNode = FileNode | DirectoryNode | LinkNode;

interface Inode {
  /** Permission bits, setuid, setgid and sticky included. */
  mode: number;
  uid: number;
  gid: number;
  /** Milliseconds since the epoch. */
  mtime: number;
}

export interface FileNode extends Inode {
  readonly kind: 'file';
  readonly content: Content;
  /** Makes the content anew for each reader (/proc, /etc/hosts); such files can't be written. */
  readonly generate?: (() => Uint8Array) | undefined;
  /** The name of a built-in program that this file stands for. */
  readonly program?: string | undefined;
  /** Devices: reading and writing do something else. */
  readonly device?: 'null' | 'zero' | 'random' | 'full' | undefined;
}

export interface DirectoryNode extends Inode {
  readonly kind: 'directory';
  readonly children: Map<string, FsNode | Mount>;
  /** What counts against the limits of whoever owns the tree. */
  readonly quota?: Quota | undefined;
  /** `tmpfs`, `overlay`, `ext4`: what `stat -f` and mount tables say. */
  readonly type?: string | undefined;
}

export interface LinkNode extends Inode {
  readonly kind: 'link';
  target: string;
}

/** Another tree (or file) in a directory's place. */
export interface Mount {
  readonly kind: 'mount';
  readonly node: FileNode | DirectoryNode;
  readonly readOnly: boolean;
}

/** Files, directories and links that a tree may have unless its quota says otherwise. */
const MAX_NODES = 16_384;

export interface QuotaOptions {
  readonly maxNodes?: number | undefined;
  /** A limit that may be passed, and whom to tell when it is. */
  readonly soft?: { readonly bytes: number; readonly passed: () => void } | undefined;
  /** What counts here counts there as well. */
  readonly parent?: Quota | undefined;
}

/** How much a tree may hold; shared by all its parts. */
export class Quota {
  private bytes = 0;
  private nodes = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly options: QuotaOptions = {},
  ) {}

  get usedBytes(): number {
    return this.bytes;
  }

  /** Throws FsError ENOSPC if it doesn't fit. */
  charge(bytes: number, nodes = 0): void {
    const { maxNodes = MAX_NODES, soft, parent } = this.options;
    if (this.bytes + bytes > this.maxBytes || this.nodes + nodes > maxNodes) throw new FsError('ENOSPC');
    parent?.charge(bytes, nodes);
    const before = this.bytes;
    this.bytes += bytes;
    this.nodes += nodes;
    if (soft !== undefined && before <= soft.bytes && this.bytes > soft.bytes) soft.passed();
  }
}

/** The words of libc for the errors that there are. */
const TEXTS = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EEXIST: 'File exists',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  ENOTEMPTY: 'Directory not empty',
  EROFS: 'Read-only file system',
  ENOSPC: 'No space left on device',
  ELOOP: 'Too many levels of symbolic links',
  EINVAL: 'Invalid argument',
  EBUSY: 'Device or resource busy',
  EXDEV: 'Invalid cross-device link',
  EPIPE: 'Broken pipe',
  ENAMETOOLONG: 'File name too long',
  EFBIG: 'File too large',
} as const;

export type FsCode = keyof typeof TEXTS;

export function isFsCode(code: string): code is FsCode {
  return Object.hasOwn(TEXTS, code);
}

/** A failed system call; `message` is strerror's. */
export class FsError extends Error {
  constructor(readonly code: FsCode) {
    super(TEXTS[code]);
  }
}

export function directory(mode = 0o755, options: Partial<Omit<DirectoryNode, 'kind' | 'children' | 'mode'>> = {}): DirectoryNode {
  return { kind: 'directory', children: new Map(), mode, uid: 0, gid: 0, mtime: 0, ...options };
}

export function file(content: Uint8Array | string, options: Partial<Omit<FileNode, 'kind' | 'content'>> = {}): FileNode {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return { kind: 'file', content: new Content(bytes), mode: 0o644, uid: 0, gid: 0, mtime: 0, ...options };
}

export function link(target: string): LinkNode {
  return { kind: 'link', target, mode: 0o777, uid: 0, gid: 0, mtime: 0 };
}

/** A file's bytes as a reader sees them now. */
export function contentOf(node: FileNode): Uint8Array {
  return node.generate === undefined ? node.content.bytes() : node.generate();
}

export function sizeOf(node: FsNode): number {
  if (node.kind === 'link') return node.target.length;
  if (node.kind === 'directory') return 4096;
  return node.generate === undefined ? node.content.length : node.generate().length;
}
