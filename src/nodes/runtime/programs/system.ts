import { createHash } from 'node:crypto';
import { contentOf } from '../fs/nodes.js';
import type { ByteSource } from '../process/bytes.js';
import type { Process, Program } from '../process/process.js';
import { openSource } from '../shell/descriptors.js';
import { parseArguments } from './arguments.js';
import { KERNEL } from './kernel.js';
import { mount, sysctl } from './kernel-tools.js';

const FREE = KERNEL.memoryKiB - KERNEL.usedKiB;

/** Programs that tell of the machine and its files. */
export const SYSTEM_PROGRAMS: Readonly<Record<string, Program>> = {
  pwd: line((process) => process.cwd),
  hostname: async (process) => {
    const { options } = parseArguments(process.argv.slice(1));
    if (options.has('i') || options.has('I')) return await print(process, `${process.machine.network.address}\n`);
    return await print(process, `${process.machine.hostname}\n`);
  },
  whoami: line((process) => userName(process, process.credentials.uid)),
  id,
  uname,
  date,
  ps,
  nproc: line(() => String(KERNEL.cpus)),
  arch: line(() => KERNEL.machine),
  uptime: line(
    (process) =>
      ` up ${String(Math.floor((process.machine.clock.now() - (process.machine.first?.startedAt ?? 0)) / 60_000))} min,  load average: 0.00, 0.00, 0.00`,
  ),
  free: line(
    () =>
      `              total        used        free      shared  buff/cache   available\nMem:     ${[KERNEL.memoryKiB, KERNEL.usedKiB, FREE, 0, 0, FREE].map((size) => String(size).padStart(11)).join(' ')}\nSwap:             0           0           0`,
  ),
  df: line(
    (process) =>
      `Filesystem           1K-blocks      Used Available Use% Mounted on\noverlay               83873772   4194304  79679468   5% ${process.argv.at(-1)?.startsWith('/') === true ? (process.argv.at(-1) ?? '/') : '/'}`,
  ),
  mount,
  sysctl,
  tty: line((process) => (process.terminal === undefined ? 'not a tty' : '/dev/pts/0')),
  stty: async (process) => {
    if (process.terminal !== undefined && process.argv.includes('size'))
      return await print(process, `${String(process.terminal.rows)} ${String(process.terminal.columns)}\n`);
    return 0;
  },
  which,
  mktemp,
  realpath: async (process) =>
    await print(
      process,
      process.argv
        .slice(1)
        .map((path) => `${process.fs.realPath(process.resolve(path))}\n`)
        .join(''),
    ),
  sync: () => 0,
  chown: own,
  chgrp: own,
  md5sum: checksum('md5'),
  sha1sum: checksum('sha1'),
  sha256sum: checksum('sha256'),
  sha512sum: checksum('sha512'),
  hexdump,
  truncate,
};

async function print(process: Process, text: string): Promise<number> {
  await process.write(text);
  return 0;
}

function line(text: (process: Process) => string): Program {
  return (process) => print(process, `${text(process)}\n`);
}

/** The name that /etc/passwd has for a user; its number if it has none. */
export function userName(process: Process, uid: number): string {
  return nameOf(process, '/etc/passwd', uid);
}

function nameOf(process: Process, path: string, number: number): string {
  const node = process.fs.tryLookup(path);
  const text = node?.kind === 'file' ? Buffer.from(contentOf(node)).toString('utf8') : '';
  for (const entry of text.split('\n')) {
    const [name, , id] = entry.split(':');
    if (id !== undefined && Number(id) === number) return name ?? '';
  }
  return number === 0 ? 'root' : String(number);
}

/** The name that /etc/group has for a group; its number if it has none. */
export function groupName(process: Process, gid: number): string {
  return nameOf(process, '/etc/group', gid);
}

async function id(process: Process): Promise<number> {
  const { uid, gid, groups } = process.credentials;
  const { options } = parseArguments(process.argv.slice(1));
  if (options.has('u')) return await print(process, `${options.has('n') ? userName(process, uid) : String(uid)}\n`);
  if (options.has('g')) return await print(process, `${options.has('n') ? groupName(process, gid) : String(gid)}\n`);
  // The kernel keeps further groups in order.
  const all = [...new Set([gid, ...[...groups].sort((a, b) => a - b)])];
  if (options.has('G'))
    return await print(process, `${all.map((group) => (options.has('n') ? groupName(process, group) : String(group))).join(' ')}\n`);
  const named = (number: number, name: string): string => (name === String(number) ? name : `${String(number)}(${name})`);
  const group = (number: number): string => named(number, groupName(process, number));
  return await print(process, `uid=${named(uid, userName(process, uid))} gid=${group(gid)} groups=${all.map(group).join(',')}\n`);
}

async function uname(process: Process): Promise<number> {
  const { options } = parseArguments(process.argv.slice(1));
  const has = (letter: string): boolean => options.has(letter) || options.has('a');
  const parts = [
    ...(has('s') || options.size === 0 ? [KERNEL.name] : []),
    ...(has('n') ? [process.machine.hostname] : []),
    ...(has('r') ? [KERNEL.release] : []),
    ...(has('v') ? [KERNEL.version] : []),
    ...(has('m') ? [KERNEL.machine] : []),
    ...(options.has('a') ? ['GNU/Linux'] : []),
  ];
  return await print(process, `${parts.join(' ')}\n`);
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

async function date(process: Process): Promise<number> {
  const { rest, options } = parseArguments(process.argv.slice(1), ['d', 'r']);
  const given = options.get('d');
  const time =
    given === undefined ? process.machine.clock.now() : given.startsWith('@') ? Number(given.slice(1)) * 1000 : Date.parse(given);
  if (Number.isNaN(time)) {
    await process.error(`date: invalid date '${given ?? ''}'\n`);
    return 1;
  }
  const format =
    rest.find((arg) => arg.startsWith('+'))?.slice(1) ??
    (options.has('I') || options.has('iso-8601') ? '%Y-%m-%d' : '%a %b %e %H:%M:%S UTC %Y');
  return await print(process, `${strftime(format, time)}\n`);
}

/** Formats a moment in UTC (strftime(3)). @param time milliseconds since the epoch */
export function strftime(format: string, time: number): string {
  const at = new Date(time);
  const two = (value: number): string => String(value).padStart(2, '0');
  const parts: Readonly<Record<string, () => string>> = {
    Y: () => String(at.getUTCFullYear()),
    y: () => two(at.getUTCFullYear() % 100),
    m: () => two(at.getUTCMonth() + 1),
    d: () => two(at.getUTCDate()),
    e: () => String(at.getUTCDate()).padStart(2),
    H: () => two(at.getUTCHours()),
    I: () => two(at.getUTCHours() % 12 || 12),
    M: () => two(at.getUTCMinutes()),
    S: () => two(at.getUTCSeconds()),
    N: () => `${String(at.getUTCMilliseconds()).padStart(3, '0')}000000`,
    p: () => (at.getUTCHours() < 12 ? 'AM' : 'PM'),
    s: () => String(Math.floor(time / 1000)),
    a: () => (DAYS[at.getUTCDay()] ?? '').slice(0, 3),
    A: () => DAYS[at.getUTCDay()] ?? '',
    b: () => (MONTHS[at.getUTCMonth()] ?? '').slice(0, 3),
    B: () => MONTHS[at.getUTCMonth()] ?? '',
    F: () => strftime('%Y-%m-%d', time),
    T: () => strftime('%H:%M:%S', time),
    R: () => strftime('%H:%M', time),
    D: () => strftime('%m/%d/%y', time),
    u: () => String(at.getUTCDay() || 7),
    w: () => String(at.getUTCDay()),
    j: () =>
      String(
        Math.floor((Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()) - Date.UTC(at.getUTCFullYear(), 0, 0)) / 86_400_000),
      ).padStart(3, '0'),
    Z: () => 'UTC',
    z: () => '+0000',
    n: () => '\n',
    t: () => '\t',
    '%': () => '%',
  };
  return format.replace(/%[-_0^#]?([a-zA-Z%])/g, (whole, letter: string) => parts[letter]?.() ?? whole);
}

async function ps(process: Process): Promise<number> {
  const { processes, hasPause } = process.machine.table;
  const row = (pid: number, user: string, command: string): string => `${String(pid).padStart(5)} ${user.padEnd(8)}  0:00 ${command}\n`;
  const rows = [...processes.values()].map(({ pid, credentials, argv }) => row(pid, userName(process, credentials.uid), argv.join(' ')));
  if (hasPause) rows.unshift(row(1, '65535', '/pause'));
  return await print(process, `PID   USER     TIME  COMMAND\n${rows.join('')}`);
}

async function which(process: Process): Promise<number> {
  let status = 0;
  for (const name of process.argv.slice(1)) {
    const path = (process.env.get('PATH') ?? '')
      .split(':')
      .map((directory) => `${directory}/${name}`)
      .find((candidate) => {
        const node = process.fs.tryLookup(candidate);
        return node?.kind === 'file' && (node.mode & 0o111) !== 0;
      });
    if (path === undefined) status = 1;
    else await process.write(`${path}\n`);
  }
  return status;
}

async function mktemp(process: Process): Promise<number> {
  const { options, rest } = parseArguments(process.argv.slice(1), ['p']);
  const template = rest[0] ?? `${options.get('p') ?? '/tmp'}/tmp.XXXXXX`;
  const path = process.resolve(template.replace(/X{3,}$/, () => process.machine.random.alphanumeric(6)));
  if (options.has('d')) process.fs.mkdir(path, { recursive: true, mode: 0o700, as: process.credentials });
  else process.fs.write(path, '', process.credentials, 0o600);
  return await print(process, `${path}\n`);
}

async function own(process: Process): Promise<number> {
  const { options, rest } = parseArguments(process.argv.slice(1));
  const [owner = '', ...paths] = rest;
  const [user = '', group = ''] = process.name === 'chgrp' ? ['', owner] : owner.split(/[:.]/);
  const number = (name: string): number | undefined => (name === '' ? undefined : name === 'root' ? 0 : Number(name) || 0);
  if (process.credentials.uid !== 0) {
    await process.error(`${process.name}: ${paths[0] ?? ''}: Operation not permitted\n`);
    return 1;
  }
  const apply = (path: string): void => {
    const node = process.fs.lookup(path, { follow: false });
    node.uid = number(user) ?? node.uid;
    node.gid = number(group) ?? node.gid;
    if (options.has('R') && node.kind === 'directory') for (const name of node.children.keys()) apply(`${path}/${name}`);
  };
  for (const path of paths) apply(process.resolve(path));
  return 0;
}

function checksum(algorithm: string): Program {
  return async (process) => {
    const { rest } = parseArguments(process.argv.slice(1));
    let status = 0;
    for (const name of rest.length === 0 ? ['-'] : rest) {
      let source: ByteSource;
      try {
        source = name === '-' ? process.stdin : openSource(process, name);
      } catch (error) {
        await process.error(`${process.name}: ${error instanceof Error ? error.message : ''}\n`);
        status = 1;
        continue;
      }
      const hash = createHash(algorithm);
      for (let chunk = await process.read(source); chunk !== undefined; chunk = await process.read(source)) {
        hash.update(chunk);
        await process.step();
      }
      await process.write(`${hash.digest('hex')}  ${name}\n`);
    }
    return status;
  };
}

async function hexdump(process: Process): Promise<number> {
  const { rest, options } = parseArguments(process.argv.slice(1), ['n']);
  let offset = 0;
  let pending = Buffer.alloc(0);
  const row = async (bytes: Buffer): Promise<void> => {
    const hex = [...bytes].map((byte, index) => `${byte.toString(16).padStart(2, '0')}${index === 7 ? '  ' : ' '}`).join('');
    const text = [...bytes].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    await process.write(`${offset.toString(16).padStart(8, '0')}  ${hex.padEnd(49)}${options.has('C') ? ` |${text}|` : ''}\n`);
    offset += bytes.length;
  };
  for (const name of rest.length === 0 ? ['-'] : rest) {
    const source = name === '-' ? process.stdin : openSource(process, name);
    for (let chunk = await process.read(source); chunk !== undefined; chunk = await process.read(source)) {
      pending = Buffer.concat([pending, chunk]);
      for (; pending.length >= 16; pending = pending.subarray(16)) await row(pending.subarray(0, 16));
      await process.step();
    }
  }
  if (pending.length > 0) await row(pending);
  return await print(process, `${offset.toString(16).padStart(8, '0')}\n`);
}

async function truncate(process: Process): Promise<number> {
  const { options, rest } = parseArguments(process.argv.slice(1), ['s']);
  const size = Number(/^\d+/.exec(options.get('s') ?? '0')?.[0] ?? 0);
  for (const name of rest) {
    const opened = process.fs.open(process.resolve(name), { truncate: true, as: process.credentials });
    if (size > 0) {
      opened.position = size - 1;
      opened.write(Uint8Array.of(0));
    }
  }
  return await Promise.resolve(0);
}
