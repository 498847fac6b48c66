/** A value of RESP, the protocol of Redis (https://redis.io/docs/latest/develop/reference/protocol-spec/). */
export type Reply = string | number | null | { readonly status: string } | { readonly error: string } | readonly Reply[];

export const OK: Reply = { status: 'OK' };

/** Bytes that a peer may have sent without finishing what it says. */
const MAX_PENDING = 1024 * 1024;

export function encodeReply(reply: Reply): string {
  if (reply === null) return '$-1\r\n';
  if (typeof reply === 'number') return `:${String(reply)}\r\n`;
  if (typeof reply === 'string') return `$${String(Buffer.byteLength(reply, 'latin1'))}\r\n${reply}\r\n`;
  if (isList(reply)) return `*${String(reply.length)}\r\n${reply.map(encodeReply).join('')}`;
  return 'status' in reply ? `+${reply.status}\r\n` : `-${reply.error}\r\n`;
}

export function isList(reply: Reply): reply is readonly Reply[] {
  return Array.isArray(reply);
}

/** Takes values out of what arrives in pieces. Strings hold a byte a character. */
export class ReplyReader {
  private pending = '';

  /** The values that are complete by now; throws an Error for what is no RESP, or too long. */
  take(chunk: Uint8Array): Reply[] {
    this.pending += Buffer.from(chunk).toString('latin1');
    const replies: Reply[] = [];
    for (let read = readReply(this.pending, 0); read !== undefined; read = readReply(this.pending, 0)) {
      replies.push(read.reply);
      this.pending = this.pending.slice(read.end);
    }
    if (this.pending.length > MAX_PENDING) throw new Error('Protocol error: too big bulk count string');
    return replies;
  }
}

interface Read {
  readonly reply: Reply;
  readonly end: number;
}

function readReply(text: string, at: number): Read | undefined {
  const line = text.indexOf('\n', at);
  if (line === -1) return undefined;
  const end = line + 1;
  const rest = text.slice(at + 1, text.charAt(line - 1) === '\r' ? line - 1 : line);
  switch (text.charAt(at)) {
    case '+':
      return { reply: { status: rest }, end };
    case '-':
      return { reply: { error: rest }, end };
    case ':':
      return { reply: Number(rest), end };
    case '$':
      return readBulk(text, end, Number(rest));
    case '*':
      return readList(text, end, Number(rest));
    default:
      // People with netcat write the words of a command in a line.
      return { reply: text.slice(at, line).trim().split(/\s+/), end };
  }
}

function readBulk(text: string, at: number, length: number): Read | undefined {
  if (length === -1) return { reply: null, end: at };
  if (!(length >= 0 && length <= MAX_PENDING)) throw new Error('Protocol error: invalid bulk length');
  return text.length < at + length + 2 ? undefined : { reply: text.slice(at, at + length), end: at + length + 2 };
}

function readList(text: string, at: number, count: number): Read | undefined {
  if (!(count <= MAX_PENDING)) throw new Error('Protocol error: invalid multibulk length');
  const reply: Reply[] = [];
  let end = at;
  while (reply.length < count) {
    const read = readReply(text, end);
    if (read === undefined) return undefined;
    reply.push(read.reply);
    end = read.end;
  }
  return { reply, end };
}
