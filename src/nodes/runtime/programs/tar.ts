import { BufferedSource } from '../process/buffered-source.js';
import { contentOf, type FsNode } from '../fs/nodes.js';
import type { Process } from '../process/process.js';
import { openSink, openSource } from '../shell/descriptors.js';
import { parseArguments } from './arguments.js';
import type { ByteSink, ByteSource } from '../process/bytes.js';

const BLOCK = 512;
/** Entries of one archive. */
const MAX_ENTRIES = 50_000;
/** Bytes that may follow the end of an archive. */
const MAX_PADDING = 1024 * 1024;

/** `tar c`, `tar x` and `tar t` of ustar archives with GNU and pax long names, as they stream by: what `kubectl cp` needs. */
export async function tar(process: Process): Promise<number> {
  const [first = '', ...others] = process.argv.slice(1);
  const args = first.startsWith('-') ? [first, ...others] : [`-${first}`, ...others];
  const { options, rest } = parseArguments(args, ['f', 'C', 'directory', 'file', 'strip-components']);
  const base = process.resolve(options.get('C') ?? options.get('directory') ?? '.');
  const file = options.get('f') ?? options.get('file') ?? '-';
  if (options.has('z')) throw new Error('compression is not supported');
  if (options.has('c')) {
    const writer = new TarWriter(process, file === '-' ? process.stdout : openSink(process, file, false), options.has('v'));
    for (const name of rest) await writer.add(name, base);
    await writer.end();
    return writer.status;
  }
  const source = file === '-' ? process.stdin : openSource(process, file);
  if (options.has('x')) return await new TarReader(process, source).extract(base, rest, options.has('v'));
  if (options.has('t')) return await new TarReader(process, source).list();
  await process.error('tar: must specify one of -c, -x, -t\n');
  return 1;
}

interface Entry {
  readonly name: string;
  readonly size: number;
  readonly mode: number;
  readonly mtime: number;
  readonly type: string;
  readonly linkName: string;
}

class TarReader {
  private readonly source: BufferedSource;

  constructor(
    private readonly process: Process,
    source: ByteSource,
  ) {
    this.source = BufferedSource.of(source);
  }

  async extract(base: string, wanted: readonly string[], verbose: boolean): Promise<number> {
    const { process } = this;
    let status = 0;
    for await (const entry of this.entries()) {
      const isWanted = wanted.length === 0 || wanted.some((name) => entry.name === name || entry.name.startsWith(`${name}/`));
      if (verbose && isWanted) await process.write(`${entry.name}\n`);
      try {
        if (isWanted) await this.place(entry, base);
        else await this.skip(entry);
      } catch (error) {
        await process.error(`tar: ${entry.name}: ${error instanceof Error ? error.message : String(error)}\n`);
        status = 1;
        // The rest of the entry is somewhere in the stream; there is no way to go on.
        break;
      }
    }
    return status;
  }

  private async place(entry: Entry, base: string): Promise<void> {
    const { process } = this;
    const { fs, credentials: as } = process;
    const names = entry.name.split('/').filter((part) => part !== '' && part !== '.');
    if (names.includes('..')) throw new Error("Member name contains '..'");
    const path = [base, ...names].join('/');
    if (entry.type === '5') {
      fs.mkdir(path, { recursive: true, as });
      await this.skip(entry);
      return;
    }
    if (names.length > 1) fs.mkdir([base, ...names.slice(0, -1)].join('/'), { recursive: true, as });
    if (entry.type === '2') {
      if (fs.tryLookup(path, false) !== undefined) fs.remove(path, { as });
      fs.symlink(entry.linkName, path, as);
      return;
    }
    if (entry.type !== '0' && entry.type !== '\0' && entry.type !== '7') {
      await this.skip(entry);
      return;
    }
    const existing = fs.tryLookup(path, false);
    if (existing !== undefined && existing.kind !== 'directory') fs.remove(path, { as });
    const opened = fs.open(path, { truncate: true, as, mode: entry.mode & 0o777 });
    await this.body(entry.size, (bytes) => {
      opened.append(bytes);
    });
    opened.node.mtime = entry.mtime;
  }

  async list(): Promise<number> {
    for await (const entry of this.entries()) {
      await this.process.write(`${entry.name}\n`);
      await this.skip(entry);
    }
    return 0;
  }

  private skip(entry: Entry): Promise<void> {
    return this.body(entry.size, () => undefined);
  }

  private async *entries(): AsyncGenerator<Entry> {
    let longName: string | undefined;
    let longLink: string | undefined;
    for (let count = 0; ;) {
      const header = await this.take(BLOCK);
      if (header === undefined || header.every((byte) => byte === 0)) break;
      const entry = parseHeader(header);
      if (entry.type === 'L' || entry.type === 'K' || entry.type === 'x') {
        const text = await this.text(entry.size);
        if (entry.type === 'L') longName = text.replace(/\0+$/, '');
        else if (entry.type === 'K') longLink = text.replace(/\0+$/, '');
        else {
          longName = paxValue(text, 'path') ?? longName;
          longLink = paxValue(text, 'linkpath') ?? longLink;
        }
        continue;
      }
      if (++count > MAX_ENTRIES) throw new Error('too many entries');
      yield { ...entry, name: longName ?? entry.name, linkName: longLink ?? entry.linkName };
      longName = undefined;
      longLink = undefined;
    }
    // Let the writer finish, whatever it pads with.
    for (let left = MAX_PADDING; left > 0;) {
      const chunk = await this.process.read(this.source);
      if (chunk === undefined) break;
      left -= chunk.length;
      await this.process.step();
    }
  }

  private async text(size: number): Promise<string> {
    if (size > MAX_TEXT) throw new Error('a name is too long');
    const chunks: Buffer[] = [];
    await this.body(size, (bytes) => chunks.push(Buffer.from(bytes)));
    return Buffer.concat(chunks).toString('utf8');
  }

  /** A member's bytes, and what pads it to whole blocks. */
  private async body(size: number, use: (bytes: Uint8Array) => void): Promise<void> {
    let left = size;
    let padding = (BLOCK - (size % BLOCK)) % BLOCK;
    while (left + padding > 0) {
      const chunk = await this.process.read(this.source);
      if (chunk === undefined) throw new Error('Unexpected end of file');
      const own = chunk.subarray(0, Math.min(left, chunk.length));
      if (own.length > 0) use(own);
      left -= own.length;
      const pad = Math.min(padding, chunk.length - own.length);
      padding -= pad;
      this.source.unread(chunk.subarray(own.length + pad));
      await this.process.step();
    }
  }

  private async take(size: number): Promise<Buffer | undefined> {
    const parts: Uint8Array[] = [];
    for (let have = 0; have < size;) {
      const chunk = await this.process.read(this.source);
      if (chunk === undefined) {
        if (have === 0) return undefined;
        throw new Error('short read');
      }
      parts.push(chunk.subarray(0, size - have));
      this.source.unread(chunk.subarray(size - have));
      have += Math.min(chunk.length, size - have);
    }
    return Buffer.concat(parts);
  }
}

const MAX_TEXT = 64 * 1024;

function parseHeader(header: Buffer): Entry {
  const text = (from: number, length: number): string => {
    const end = header.indexOf(0, from);
    return header.toString('utf8', from, end === -1 || end > from + length ? from + length : end);
  };
  const number = (from: number, length: number): number => {
    if (((header[from] ?? 0) & 0x80) !== 0) return header.readUIntBE(from + length - 6, 6);
    return Number.parseInt(text(from, length).trim() || '0', 8);
  };
  if (text(257, 5) !== 'ustar' && header[257] !== 0) throw new Error('This does not look like a tar archive');
  const prefix = text(257, 6) === 'ustar' ? text(345, 155) : '';
  const size = number(124, 12);
  if (!Number.isSafeInteger(size) || size < 0) throw new Error('This does not look like a tar archive');
  return {
    name: prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`,
    mode: number(100, 8),
    size,
    mtime: number(136, 12) * 1000,
    type: String.fromCharCode(header[156] ?? 0),
    linkName: text(157, 100),
  };
}

/** `30 path=value\n` */
function paxValue(text: string, key: string): string | undefined {
  for (const record of text.split('\n')) {
    const match = /^\d+ ([^=]+)=(.*)$/s.exec(record);
    if (match?.[1] === key) return match[2];
  }
  return undefined;
}

class TarWriter {
  status = 0;
  private count = 0;

  constructor(
    private readonly process: Process,
    private readonly sink: ByteSink,
    private readonly verbose: boolean,
  ) {}

  async add(name: string, base: string): Promise<void> {
    const path = name.startsWith('/') ? name : `${base === '/' ? '' : base}/${name}`;
    let node: FsNode;
    try {
      node = this.process.fs.lookup(path, { follow: false, as: this.process.credentials });
    } catch (error) {
      await this.process.error(`tar: ${name}: ${error instanceof Error ? error.message : String(error)}\n`);
      this.status = 1;
      return;
    }
    await this.member(name.replace(/^\/+/, ''), path, node);
  }

  private async member(name: string, path: string, node: FsNode): Promise<void> {
    if (++this.count > MAX_ENTRIES) throw new Error('too many files');
    if (this.verbose) await this.process.error(`${name}\n`);
    const isDirectory = node.kind === 'directory';
    const content = node.kind === 'file' && node.device === undefined ? contentOf(node) : new Uint8Array(0);
    const shown = isDirectory && !name.endsWith('/') ? `${name}/` : name;
    if (Buffer.byteLength(shown) > 100) {
      const long = Buffer.from(`${shown}\0`);
      await this.blocks(headerOf('././@LongLink', 0, long.length, 0, 'L', ''), long);
    }
    const type = isDirectory ? '5' : node.kind === 'link' ? '2' : '0';
    await this.blocks(headerOf(shown, node.mode, content.length, node.mtime, type, node.kind === 'link' ? node.target : ''), content);
    if (!isDirectory) return;
    for (const child of this.process.fs.list(path, this.process.credentials)) {
      const childPath = `${path}/${child}`;
      await this.member(`${shown}${child}`, childPath, this.process.fs.lookup(childPath, { follow: false }));
    }
  }

  private async blocks(header: Buffer, content: Uint8Array): Promise<void> {
    await this.process.write(header, this.sink);
    for (let at = 0; at < content.length; at += CHUNK) {
      await this.process.write(content.slice(at, at + CHUNK), this.sink);
      await this.process.step();
    }
    const padding = (BLOCK - (content.length % BLOCK)) % BLOCK;
    if (padding > 0) await this.process.write(Buffer.alloc(padding), this.sink);
  }

  async end(): Promise<void> {
    await this.process.write(Buffer.alloc(2 * BLOCK), this.sink);
  }
}

const CHUNK = 64 * 1024;

function headerOf(name: string, mode: number, size: number, mtime: number, type: string, linkName: string): Buffer {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, from: number, length: number): void => {
    header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, from, 'latin1');
  };
  header.write(name, 0, 100, 'utf8');
  octal(mode & 0o7777, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(Math.max(0, Math.floor(mtime / 1000)), 136, 12);
  header.fill(' ', 148, 156);
  header.write(type, 156, 'latin1');
  header.write(linkName, 157, 100, 'utf8');
  header.write('ustar\x0000', 257, 'latin1');
  header.write('root', 265, 'latin1');
  header.write('root', 297, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}
