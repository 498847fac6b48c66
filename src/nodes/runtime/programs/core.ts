import { BufferedSource } from '../process/buffered-source.js';
import type { ByteSource } from '../process/bytes.js';
import type { Process, Program } from '../process/process.js';
import { signalNumber, SIGNALS } from '../process/signals.js';
import { openSink, openSource } from '../shell/descriptors.js';
import { testHolds } from '../shell/conditional.js';
import { parseArguments, parseSleep } from './arguments.js';
import { echo, printf } from './print.js';

/** Programs that work while their input comes and their output is read, or that wait. */
export const CORE_PROGRAMS: Readonly<Record<string, Program>> = {
  true: () => 0,
  false: () => 1,
  echo: async (process) => {
    await process.write(echo(process.argv.slice(1)));
    return 0;
  },
  printf: async (process) => {
    await process.write(printf(process.argv.slice(1)));
    return 0;
  },
  test: (process) => (testHolds(process.argv.slice(1), process) ? 0 : 1),
  '[': (process) => (testHolds(process.argv.slice(1, -1), process) ? 0 : 1),
  sleep,
  cat,
  tee,
  head,
  tail,
  yes,
  seq,
  timeout,
  xargs,
  kill: async (process) => {
    const [first = '', ...rest] = process.argv.slice(1);
    const signal = first.startsWith('-') ? signalNumber(first.replace(/^-s?/, '')) : SIGNALS['TERM'];
    let status = 0;
    for (const target of first.startsWith('-') ? rest : [first, ...rest]) {
      const found = process.machine.table.processes.get(Number(target));
      if (found === undefined || signal === undefined) {
        await process.error(`kill: can't kill pid ${target}: No such process\n`);
        status = 1;
      } else found.kill(signal);
    }
    return status;
  },
  env,
  printenv: async (process) => {
    const [name] = process.argv.slice(1);
    if (name === undefined) return await env(process);
    const value = process.env.get(name);
    if (value === undefined) return 1;
    await process.write(`${value}\n`);
    return 0;
  },
  nohup: (process) => run(process, process.argv.slice(1)),
  dd,
};

/** Runs a program as a child with the same streams. */
export async function run(process: Process, argv: readonly string[], env: ReadonlyMap<string, string> = process.env): Promise<number> {
  const [name = ''] = argv;
  const program = process.machine.findProgram(name, { env, cwd: process.cwd });
  if (program === undefined) {
    await process.error(`${process.name}: ${name}: No such file or directory\n`);
    return 127;
  }
  const { cwd, credentials, terminal, stdin, stdout, stderr } = process;
  const child = process.machine.start({ argv, env, cwd, credentials, terminal, stdin, stdout, stderr, parent: process }, program);
  return await process.wait(child.exited, () => {
    child.kill(process.signal);
  });
}

async function sleep(process: Process): Promise<number> {
  const args = process.argv.slice(1);
  let total = 0;
  for (const arg of args) {
    const time = parseSleep(arg);
    if (time === undefined) {
      await process.error(`sleep: invalid number '${arg}'\n`);
      return 1;
    }
    total += time;
  }
  if (args.length === 0) {
    await process.error('sleep: missing operand\n');
    return 1;
  }
  if (total === Number.POSITIVE_INFINITY) await process.pause();
  await process.sleep(total);
  return 0;
}

/** Calls `use` with each file that is named, or stdin; 1 if one can't be read. */
async function eachInput(
  process: Process,
  names: readonly string[],
  use: (source: ByteSource, name: string) => Promise<void>,
): Promise<number> {
  let status = 0;
  for (const name of names.length === 0 ? ['-'] : names) {
    if (name === '-') {
      await use(process.stdin, '-');
      continue;
    }
    let source: ByteSource;
    try {
      source = openSource(process, name);
    } catch (error) {
      await process.error(
        `${process.name}: ${error instanceof Error ? error.message : String(error)}\n`.replace('no such file', 'No such file'),
      );
      status = 1;
      continue;
    }
    await use(source, name);
  }
  return status;
}

async function copy(process: Process, source: ByteSource): Promise<void> {
  for (let chunk = await process.read(source); chunk !== undefined; chunk = await process.read(source)) {
    await process.write(chunk);
    await process.step();
  }
}

async function cat(process: Process): Promise<number> {
  const { rest, options } = parseArguments(process.argv.slice(1));
  if (!options.has('n')) return await eachInput(process, rest, (source) => copy(process, source));
  let number = 0;
  return await eachInput(process, rest, async (source) => {
    const lines = BufferedSource.of(source);
    for (
      let line = await lines.readLine((from) => process.read(from));
      line !== undefined;
      line = await lines.readLine((from) => process.read(from))
    )
      await process.write(Buffer.concat([Buffer.from(`${String(++number).padStart(6)}\t`), line]));
  });
}

async function tee(process: Process): Promise<number> {
  const { rest, options } = parseArguments(process.argv.slice(1));
  const sinks = rest.map((name) => openSink(process, name, options.has('a')));
  for (let chunk = await process.read(); chunk !== undefined; chunk = await process.read()) {
    for (const sink of sinks) await process.write(chunk, sink);
    await process.write(chunk);
    await process.step();
  }
  return 0;
}

async function head(process: Process): Promise<number> {
  const args = process.argv.slice(1).map((arg) => (/^-\d+$/.test(arg) ? `-n${arg.slice(1)}` : arg));
  const { options, rest } = parseArguments(args, ['n', 'c']);
  const bytes = options.get('c');
  return await eachInput(process, rest, async (source, name) => {
    if (rest.length > 1) await process.write(`==> ${name} <==\n`);
    let left = Number(bytes ?? options.get('n') ?? 10);
    const input = BufferedSource.of(source);
    while (left > 0) {
      await process.step();
      const chunk = bytes === undefined ? await input.readLine((from) => process.read(from)) : await process.read(input);
      if (chunk === undefined) break;
      const part = bytes === undefined ? chunk : chunk.subarray(0, left);
      left -= bytes === undefined ? 1 : part.length;
      await process.write(part);
    }
  });
}

/** Milliseconds between looks at a file that is followed. */
const FOLLOW_INTERVAL = 1000;

async function tail(process: Process): Promise<number> {
  const args = process.argv.slice(1).map((arg) => (/^-\d+$/.test(arg) ? `-n${arg.slice(1)}` : arg));
  const { options, rest } = parseArguments(args, ['n', 'c', 'lines']);
  const follow = options.has('f') || options.has('F') || options.has('follow');
  const wanted = options.get('n') ?? options.get('lines') ?? '10';
  const status = await eachInput(process, rest, async (source) => {
    const chunks: Uint8Array[] = [];
    for (let chunk = await process.read(source); chunk !== undefined; chunk = await process.read(source)) {
      chunks.push(chunk);
      if (chunks.length > MAX_TAIL_CHUNKS) chunks.splice(0, chunks.length / 2);
      await process.step();
    }
    const all = Buffer.concat(chunks);
    await process.write(options.has('c') ? all.subarray(-Number(options.get('c'))) : lastLines(all, wanted));
  });
  const [name] = rest;
  if (!follow || name === undefined) return status;
  if (status !== 0 && !options.has('F')) {
    await process.error('tail: no files\n');
    return status;
  }
  await followFile(process, process.resolve(name));
  return status;
}

const MAX_TAIL_CHUNKS = 2048;

function lastLines(all: Buffer, wanted: string): Buffer {
  const lines = all.toString('latin1').split(/(?<=\n)/);
  const from = wanted.startsWith('+') ? Math.max(0, Number(wanted.slice(1)) - 1) : Math.max(0, lines.length - Math.abs(Number(wanted)));
  return Buffer.from((lines.at(-1) === '' ? lines.slice(0, -1) : lines).slice(from).join(''), 'latin1');
}

async function followFile(process: Process, path: string): Promise<never> {
  // What never grows costs no timer.
  const first = process.fs.tryLookup(path);
  if (first?.kind === 'file' && first.device === 'null') return await process.pause();
  let seen = first?.kind === 'file' ? first.content.length : 0;
  for (;;) {
    await process.sleep(FOLLOW_INTERVAL);
    const node = process.fs.tryLookup(path);
    if (node?.kind !== 'file') continue;
    if (node.content.length < seen) seen = 0;
    if (node.content.length > seen) await process.write(node.content.bytes().subarray(seen));
    seen = node.content.length;
  }
}

async function yes(process: Process): Promise<number> {
  const line = `${process.argv.slice(1).join(' ') || 'y'}\n`;
  const block = Buffer.from(line.repeat(Math.max(1, Math.floor(8192 / line.length))));
  for (;;) {
    await process.step();
    await process.write(block);
  }
}

async function seq(process: Process): Promise<number> {
  const { rest, options } = parseArguments(
    process.argv.slice(1).map((arg) => (/^-\d/.test(arg) ? `\0${arg}` : arg)),
    ['s', 'f'],
  );
  const numbers = rest.map((text) => Number(text.replace('\0', '')));
  const [first, step, last] =
    numbers.length === 1
      ? [1, 1, numbers[0] ?? 0]
      : numbers.length === 2
        ? [numbers[0] ?? 1, 1, numbers[1] ?? 0]
        : [numbers[0] ?? 1, numbers[1] ?? 1, numbers[2] ?? 0];
  if (numbers.length === 0 || numbers.some(Number.isNaN) || step === 0) {
    await process.error('seq: invalid argument\n');
    return 1;
  }
  const width = options.has('w') ? Math.max(String(first).length, String(last).length) : 0;
  const separator = options.get('s') ?? '\n';
  let text = '';
  for (let i = 0, value = first; step > 0 ? value <= last : value >= last; value = first + step * ++i) {
    text += (i === 0 ? '' : separator) + String(value).padStart(width, '0');
    if (text.length < 8192) continue;
    await process.write(text);
    await process.step();
    text = '';
  }
  await process.write(`${text}\n`);
  return 0;
}

async function timeout(process: Process): Promise<number> {
  const { rest, options } = leading(process.argv.slice(1), ['s', 'k', 'signal']);
  const args = options.has('t') ? [options.get('t') ?? '0', ...rest] : rest;
  const [limit = '', ...argv] = args;
  const signal = signalNumber(options.get('s') ?? options.get('signal') ?? 'TERM') ?? 15;
  const [name = ''] = argv;
  const program = process.machine.findProgram(name, process);
  if (program === undefined) {
    await process.error(`timeout: can't execute '${name}': No such file or directory\n`);
    return 127;
  }
  const { env, cwd, credentials, stdin, stdout, stderr } = process;
  const child = process.machine.start({ argv, env, cwd, credentials, stdin, stdout, stderr, parent: process }, program);
  let late = false;
  const cancel = process.machine.clock.after(parseSleep(limit) ?? 0, () => {
    late = true;
    child.kill(signal);
  });
  const code = await process.wait(child.exited, () => {
    child.kill(process.signal);
  });
  cancel();
  return late ? 124 : code;
}

/** Options up to the first word that is none: what follows belongs to another program. */
function leading(args: readonly string[], withValue: readonly string[]): ReturnType<typeof parseArguments> {
  let end = 0;
  while (end < args.length && (args[end] ?? '').startsWith('-') && args[end] !== '-') {
    const arg = args[end] ?? '';
    end += withValue.includes(arg.slice(1)) || withValue.includes(arg.slice(2)) ? 2 : 1;
  }
  const parsed = parseArguments(args.slice(0, end), withValue);
  return { ...parsed, rest: args.slice(end) };
}

/** Input that xargs takes; bytes. */
const MAX_XARGS = 1024 * 1024;

async function xargs(process: Process): Promise<number> {
  const { options, rest } = leading(process.argv.slice(1), ['n', 'I', 'P', 'L', 'd']);
  let text = '';
  for (let chunk = await process.read(); chunk !== undefined; chunk = await process.read()) {
    text += Buffer.from(chunk).toString('utf8');
    if (text.length > MAX_XARGS) throw new Error('argument list too long');
  }
  const replaced = options.get('I');
  const separator = options.has('0') ? '\0' : options.get('d');
  const items =
    separator !== undefined
      ? text.split(separator).filter((item) => item !== '')
      : replaced !== undefined || options.has('L')
        ? text
            .split('\n')
            .map((line) => line.trim())
            .filter((line) => line !== '')
        : text
            .split(/\s+/)
            .filter((item) => item !== '')
            .map((item) => item.replace(/^(["'])(.*)\1$/, '$2'));
  const command = rest.length === 0 ? ['echo'] : rest;
  if (items.length === 0) return options.has('r') ? 0 : await run(process, command);
  const size = replaced !== undefined ? 1 : Number(options.get('n') ?? items.length);
  let status = 0;
  for (let i = 0; i < items.length; i += size) {
    const part = items.slice(i, i + size);
    const argv = replaced === undefined ? [...command, ...part] : command.map((word) => word.replaceAll(replaced, part[0] ?? ''));
    if ((await run(process, argv)) !== 0) status = 123;
  }
  return status;
}

async function env(process: Process): Promise<number> {
  const args = process.argv.slice(1);
  const environment = new Map(args[0] === '-i' ? [] : process.env);
  let at = args[0] === '-i' ? 1 : 0;
  for (; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '-u') environment.delete(args[++at] ?? '');
    else if (/^[A-Za-z_]\w*=/.test(arg)) environment.set(arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1));
    else break;
  }
  if (at < args.length) return await run(process, args.slice(at), environment);
  await process.write([...environment].map(([name, value]) => `${name}=${value}\n`).join(''));
  return 0;
}

const MULTIPLIERS: Readonly<Record<string, number>> = { '': 1, c: 1, b: 512, k: 1024, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

function size(text: string): number {
  const match = /^(\d+)([cbkKMG]?)B?$/.exec(text);
  return match === null ? 0 : Number(match[1]) * (MULTIPLIERS[match[2] ?? ''] ?? 1);
}

async function dd(process: Process): Promise<number> {
  const settings = new Map(process.argv.slice(1).map((arg) => [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)]));
  const block = size(settings.get('bs') ?? '512');
  let left = settings.has('count') ? block * Number(settings.get('count')) : Number.POSITIVE_INFINITY;
  const input = settings.get('if');
  const output = settings.get('of');
  const source = input === undefined ? process.stdin : openSource(process, input);
  const sink = output === undefined ? process.stdout : openSink(process, output, false);
  let copied = 0;
  while (left > 0) {
    const chunk = await process.read(source);
    if (chunk === undefined) break;
    const part = chunk.subarray(0, Math.min(chunk.length, left));
    left -= part.length;
    copied += part.length;
    await process.write(part, sink);
    await process.step();
  }
  const blocks = `${String(Math.floor(copied / Math.max(1, block)))}+${copied % Math.max(1, block) === 0 ? '0' : '1'}`;
  await process.error(`${blocks} records in\n${blocks} records out\n${String(copied)} bytes copied\n`);
  return 0;
}
