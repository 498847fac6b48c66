import type { ByteSink, ByteSource, Cancellation } from './bytes.js';
import { Pipe } from './pipe.js';
import { SIGNALS } from './signals.js';

const INTERRUPT = 0x03;
const END = 0x04;
const BACKSPACE = 0x08;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const KILL_LINE = 0x15;
const QUIT = 0x1c;
const ESCAPE = 0x1b;
const DELETE = 0x7f;

/** A pseudo-terminal with the usual line discipline: echo, editing of a line, signals by keys, CR LF on output. */
export class Terminal {
  columns = 80;
  rows = 24;
  private line: number[] = [];
  private escape = 0;
  private readonly input = new Pipe();
  private foreground: ((signal: number) => void)[] = [];

  /** @param screen where output and echo go */
  constructor(private readonly screen: ByteSink) {}

  /** What programs read: whole lines. */
  readonly source: ByteSource = {
    read: (cancelled?: Cancellation) => this.input.read(cancelled),
    close: () => undefined,
  };

  /** What programs write to. */
  readonly sink: ByteSink = {
    write: (bytes) => this.screen.write(withReturns(bytes)),
    close: () => undefined,
  };

  /** Whom keys like Ctrl-C reach; the last one to come. Returns how to leave again. */
  enter(signal: (signal: number) => void): () => void {
    this.foreground.push(signal);
    return () => {
      this.foreground = this.foreground.filter((other) => other !== signal);
    };
  }

  /** What the user types. */
  type(bytes: Uint8Array): void {
    for (const byte of bytes) this.key(byte);
  }

  /** The user has gone. */
  hangUp(): void {
    this.input.close();
    this.foreground.at(-1)?.(SIGNALS['HUP'] ?? 1);
  }

  resize(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    this.foreground.at(-1)?.(SIGNALS['WINCH'] ?? 28);
  }

  private key(byte: number): void {
    if (this.escape > 0 || byte === ESCAPE) {
      this.skipEscape(byte);
      return;
    }
    switch (byte) {
      case INTERRUPT:
      case QUIT:
        this.echo(byte === INTERRUPT ? '^C\r\n' : '^\\\r\n');
        this.line = [];
        this.foreground.at(-1)?.(SIGNALS[byte === INTERRUPT ? 'INT' : 'QUIT'] ?? 2);
        return;
      case END:
        if (this.line.length === 0) this.input.endOnce();
        else this.flush();
        return;
      case BACKSPACE:
      case DELETE:
        if (this.line.pop() !== undefined) this.echo('\b \b');
        return;
      case KILL_LINE:
        this.echo('\b \b'.repeat(this.line.length));
        this.line = [];
        return;
      case RETURN:
      case NEWLINE:
        this.echo('\r\n');
        this.line.push(NEWLINE);
        this.flush();
        return;
      default:
        if (this.line.length >= MAX_LINE) return;
        this.line.push(byte);
        this.echo(Uint8Array.of(byte));
    }
  }

  /** Cursor keys and the like do nothing: `ESC [ … letter`, `ESC O letter`. */
  private skipEscape(byte: number): void {
    if (byte === ESCAPE) this.escape = 1;
    else if (this.escape === 1 && (byte === 0x5b || byte === 0x4f)) this.escape = 2;
    else if (this.escape === 1 || (byte >= 0x40 && byte <= 0x7e)) this.escape = 0;
  }

  private flush(): void {
    void this.input.write(Uint8Array.from(this.line));
    this.line = [];
  }

  private echo(text: string | Uint8Array): void {
    void this.screen.write(typeof text === 'string' ? Buffer.from(text) : text);
  }
}

const MAX_LINE = 4096;

function withReturns(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(NEWLINE)) return bytes;
  const out: number[] = [];
  for (const byte of bytes) {
    if (byte === NEWLINE) out.push(RETURN);
    out.push(byte);
  }
  return Uint8Array.from(out);
}
