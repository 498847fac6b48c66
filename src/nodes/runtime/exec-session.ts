import { Readable, Writable } from 'node:stream';
import type { ExecSession, StreamOptions } from '../../registry/kubelet.js';
import type { ByteSink } from './process/bytes.js';
import { EMPTY_SOURCE, NULL_SINK } from './process/bytes.js';
import { Pipe } from './process/pipe.js';
import type { Process, StandardStreams } from './process/process.js';
import { SIGNALS } from './process/signals.js';
import { Terminal } from './process/terminal.js';

/** A readable stream that a program writes to. */
export function outputStream(): { readonly stream: Readable; readonly sink: ByteSink } {
  let resume: (() => void) | undefined;
  const release = (): void => {
    resume?.();
    resume = undefined;
  };
  const stream = new Readable({
    read: release,
    destroy: (error, done) => {
      release();
      done(error);
    },
  });
  stream.on('error', () => undefined);
  let isClosed = false;
  const sink: ByteSink = {
    write: (bytes) => {
      // Who has gone doesn't hold the program up; nor do children outlive what their parent's client reads.
      if (isClosed || stream.destroyed || bytes.length === 0 || stream.push(Buffer.from(bytes))) return;
      return new Promise((resolve) => {
        resume = resolve;
      });
    },
    close: () => {
      if (!isClosed && !stream.destroyed) stream.push(null);
      isClosed = true;
      release();
    },
  };
  return { stream, sink };
}

/** A writable stream that a program reads from. */
export function inputStream(pipe: Pick<Pipe, 'write' | 'close'>): Writable {
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      Promise.resolve(pipe.write(chunk)).then(
        () => {
          done();
        },
        // The program reads no more; what is typed goes nowhere.
        () => {
          done();
        },
      );
    },
    final: (done) => {
      pipe.close();
      done();
    },
  });
  stream.on('error', () => undefined);
  return stream;
}

/** Runs a program for a client: its streams, its terminal, its end. */
export function startSession(
  options: StreamOptions,
  start: (streams: StandardStreams, terminal: Terminal | undefined) => Process,
): ExecSession {
  const stdout = options.stdout ? outputStream() : undefined;
  const stderr = options.stderr && !options.tty ? outputStream() : undefined;
  const terminal = options.tty ? new Terminal(stdout?.sink ?? NULL_SINK) : undefined;
  const input = new Pipe();
  const typed = terminal === undefined ? input : keyboard(terminal);
  const process = start(
    {
      stdin: !options.stdin ? EMPTY_SOURCE : (terminal?.source ?? input.source),
      stdout: terminal?.sink ?? stdout?.sink ?? NULL_SINK,
      stderr: terminal?.sink ?? stderr?.sink ?? NULL_SINK,
    },
    terminal,
  );
  const leave = terminal?.enter((signal) => {
    process.kill(signal);
  });
  const exited = process.exited.then((code) => {
    leave?.();
    input.breakOff();
    stdout?.sink.close();
    stderr?.sink.close();
    return code;
  });
  return {
    stdin: options.stdin ? inputStream(typed) : undefined,
    stdout: stdout?.stream,
    stderr: stderr?.stream,
    resize: (columns, rows) => terminal?.resize(columns, rows),
    exited,
    close: () => {
      stdout?.stream.destroy();
      stderr?.stream.destroy();
      process.kill(SIGNALS['HUP'] ?? 1);
      process.kill(SIGNALS['KILL'] ?? 9);
    },
  };
}

function keyboard(terminal: Terminal): Pick<Pipe, 'write' | 'close'> {
  return {
    write: (bytes) => {
      terminal.type(bytes);
    },
    close: () => {
      terminal.hangUp();
    },
  };
}
