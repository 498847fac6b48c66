import { constants, createInflate, type Inflate } from 'node:zlib';

/**
 * SPDY/3's name/value header blocks and their compression (SPDY protocol draft 3.1,
 * section 2.6.10): one zlib stream per direction, flushed at the end of each frame,
 * which starts with a dictionary of common words.
 */
const WORDS = [
  ...['options', 'head', 'post', 'put', 'delete', 'trace', 'accept', 'accept-charset', 'accept-encoding', 'accept-language'],
  ...['accept-ranges', 'age', 'allow', 'authorization', 'cache-control', 'connection', 'content-base', 'content-encoding'],
  ...['content-language', 'content-length', 'content-location', 'content-md5', 'content-range', 'content-type', 'date', 'etag'],
  ...['expect', 'expires', 'from', 'host', 'if-match', 'if-modified-since', 'if-none-match', 'if-range', 'if-unmodified-since'],
  ...['last-modified', 'location', 'max-forwards', 'pragma', 'proxy-authenticate', 'proxy-authorization', 'range', 'referer'],
  ...['retry-after', 'server', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'user-agent', 'vary', 'via', 'warning'],
  ...['www-authenticate', 'method', 'get', 'status', '200 OK', 'version', 'HTTP/1.1', 'url', 'public', 'set-cookie', 'keep-alive'],
  'origin',
];
const REST =
  '100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505' +
  '203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found' +
  '500 Internal Server Error501 Not Implemented503 Service Unavailable' +
  'Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT' +
  'chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,' +
  'publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.';

/** Bytes that both ends know before the first header. */
export const DICTIONARY = Buffer.concat([...WORDS.map(lengthPrefixed), Buffer.from(REST)]);
/** Adler-32 of the dictionary, as the zlib header names it. */
const DICTIONARY_ID = Buffer.from([0xe3, 0xc6, 0xa7, 0xc2]);

/** No stream of ours needs more; bytes of a decompressed block. */
const MAX_BLOCK = 64 * 1024;

function lengthPrefixed(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Reads the header blocks of one direction, in order. */
export class HeaderReader {
  private readonly inflate: Inflate = createInflate({ dictionary: DICTIONARY, flush: constants.Z_SYNC_FLUSH });
  private failed: Error | undefined;

  constructor() {
    this.inflate.on('error', (error) => {
      this.failed = error;
    });
  }

  /** Names are lower case. Rejects if the block is malformed or too large. */
  async read(block: Buffer): Promise<ReadonlyMap<string, string>> {
    const chunks: Buffer[] = [];
    let size = 0;
    await new Promise<void>((resolve, reject) => {
      const take = (chunk: Buffer): void => {
        size += chunk.length;
        if (size > MAX_BLOCK) reject(new Error('a SPDY header block is too large'));
        else chunks.push(chunk);
      };
      this.inflate.on('data', take);
      this.inflate.once('error', reject);
      this.inflate.write(block, () => {
        // What was pushed last may still be on its way to `take`.
        setImmediate(() => {
          this.inflate.off('data', take);
          this.inflate.off('error', reject);
          resolve();
        });
      });
    });
    if (this.failed !== undefined) throw this.failed;
    return parseBlock(Buffer.concat(chunks));
  }

  close(): void {
    this.inflate.close();
  }
}

function parseBlock(bytes: Buffer): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  let at = 4;
  const text = (): string => {
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) throw new Error('a SPDY header block is cut short');
    const found = bytes.toString('utf8', at + 4, end);
    at = end;
    return found;
  };
  for (let left = bytes.readUInt32BE(0); left > 0; left--) {
    const name = text().toLowerCase();
    headers.set(name, text());
  }
  return headers;
}

/**
 * Writes the header blocks of one direction. Ours are all empty (replies to
 * streams), so they go as stored deflate blocks: no state and nothing to wait for.
 */
export class HeaderWriter {
  private started = false;

  emptyBlock(): Buffer {
    const head = this.started ? [] : [Buffer.from([0x78, 0xbb]), DICTIONARY_ID];
    this.started = true;
    // Stored, not final: length 4 and its complement; no headers. Then an empty stored block: Go's reader waits for a flush.
    return Buffer.concat([...head, Buffer.from([0x00, 0x04, 0x00, 0xfb, 0xff, 0, 0, 0, 0]), Buffer.from([0, 0, 0, 0xff, 0xff])]);
  }
}
