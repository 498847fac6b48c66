import { posix } from 'node:path';
import type { IFileSystem } from 'just-bash';
import { copy } from './copy.js';
import type { Credentials, FileSystem } from './file-system.js';
import { FsError, sizeOf, type FsNode } from './nodes.js';

/** No tool reads a larger file. Bytes. */
const MAX_READ = 16 * 1024 * 1024;

/** The paths that just-bash asks for itself stay its own. */
type Stat = Awaited<ReturnType<IFileSystem['stat']>>;

/** Lets just-bash's commands work on a container's files, with the rights of one user. */
export class JustBashFileSystem implements IFileSystem {
  constructor(
    private readonly fs: FileSystem,
    private readonly as: Credentials,
  ) {}

  readFile(path: string, options?: Parameters<IFileSystem['readFile']>[1]): Promise<string> {
    const encoding = typeof options === 'string' ? options : (options?.encoding ?? 'utf8');
    return this.do(path, () => Buffer.from(this.content(path)).toString(encoding === 'binary' ? 'latin1' : (encoding as 'utf8')));
  }

  readFileBuffer(path: string): Promise<Uint8Array> {
    return this.do(path, () => this.content(path));
  }

  private content(path: string): Uint8Array {
    const content = this.fs.read(path, this.as);
    if (content.length > MAX_READ) throw new FsError('EFBIG');
    return content;
  }

  writeFile(path: string, content: string | Uint8Array, options?: Parameters<IFileSystem['writeFile']>[2]): Promise<void> {
    return this.do(path, () => {
      this.fs.write(path, bytesOf(content, options), this.as);
    });
  }

  appendFile(path: string, content: string | Uint8Array, options?: Parameters<IFileSystem['appendFile']>[2]): Promise<void> {
    return this.do(path, () => {
      this.fs.open(path, { truncate: false, as: this.as }).append(bytesOf(content, options));
    });
  }

  exists(path: string): Promise<boolean> {
    return Promise.resolve(this.fs.exists(path));
  }

  stat(path: string): Promise<Stat> {
    return this.do(path, () => statOf(this.fs.lookup(path, { as: this.as })));
  }

  lstat(path: string): Promise<Stat> {
    return this.do(path, () => statOf(this.fs.lookup(path, { follow: false, as: this.as })));
  }

  mkdir(path: string, options?: { recursive?: boolean }): Promise<void> {
    return this.do(path, () => {
      this.fs.mkdir(path, { recursive: options?.recursive ?? false, as: this.as });
    });
  }

  readdir(path: string): Promise<string[]> {
    return this.do(path, () => this.fs.list(path, this.as));
  }

  rm(path: string, options?: { recursive?: boolean; force?: boolean }): Promise<void> {
    return this.do(path, () => {
      if (options?.force === true && this.fs.tryLookup(path, false) === undefined) return;
      this.fs.remove(path, { recursive: options?.recursive ?? false, as: this.as });
    });
  }

  cp(source: string, target: string, options?: { recursive?: boolean }): Promise<void> {
    return this.do(source, () => {
      copy(this.fs, source, target, this.as, options?.recursive ?? false);
    });
  }

  mv(source: string, target: string): Promise<void> {
    return this.do(source, () => {
      try {
        this.fs.rename(source, target, this.as);
      } catch (error) {
        if (!(error instanceof FsError) || error.code !== 'EXDEV') throw error;
        copy(this.fs, source, target, this.as, true);
        this.fs.remove(source, { recursive: true, as: this.as });
      }
    });
  }

  resolvePath(base: string, path: string): string {
    return posix.resolve('/', base, path);
  }

  /** Only a help for just-bash's own globs, which we don't use. */
  getAllPaths(): string[] {
    return [];
  }

  chmod(path: string, mode: number): Promise<void> {
    return this.do(path, () => {
      const node = this.fs.lookup(path, { as: this.as });
      if (this.as.uid !== 0 && node.uid !== this.as.uid) throw new FsError('EACCES');
      node.mode = mode & 0o7777;
    });
  }

  symlink(target: string, path: string): Promise<void> {
    return this.do(path, () => {
      this.fs.symlink(target, path, this.as);
    });
  }

  link(existing: string, path: string): Promise<void> {
    return this.do(path, () => {
      this.fs.hardLink(existing, path);
    });
  }

  readlink(path: string): Promise<string> {
    return this.do(path, () => {
      const node = this.fs.lookup(path, { follow: false, as: this.as });
      if (node.kind !== 'link') throw new FsError('EINVAL');
      return node.target;
    });
  }

  realpath(path: string): Promise<string> {
    return this.do(path, () => this.fs.realPath(path));
  }

  utimes(path: string, _accessed: Date, modified: Date): Promise<void> {
    return this.do(path, () => {
      this.fs.lookup(path, { as: this.as }).mtime = modified.getTime();
    });
  }

  /** just-bash reads the code at the beginning of messages, as Node's own have it. */
  private do<T>(path: string, action: () => T): Promise<T> {
    try {
      return Promise.resolve(action());
    } catch (error) {
      if (!(error instanceof FsError)) return Promise.reject(error instanceof Error ? error : new Error(String(error)));
      return Promise.reject(Object.assign(new Error(`${error.code}: ${error.message.toLowerCase()}, '${path}'`), { code: error.code }));
    }
  }
}

function bytesOf(content: string | Uint8Array, options: Parameters<IFileSystem['writeFile']>[2]): Uint8Array {
  if (typeof content !== 'string') return content;
  const encoding = typeof options === 'string' ? options : (options?.encoding ?? 'utf8');
  return Buffer.from(content, encoding === 'binary' ? 'latin1' : (encoding as BufferEncoding));
}

function statOf(node: FsNode): Stat {
  return {
    isFile: node.kind === 'file',
    isDirectory: node.kind === 'directory',
    isSymbolicLink: node.kind === 'link',
    mode: node.mode,
    size: sizeOf(node),
    mtime: new Date(node.mtime),
  };
}
