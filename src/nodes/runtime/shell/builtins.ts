import { BufferedSource } from '../process/buffered-source.js';
import { signalName, signalNumber, SIGNALS } from '../process/signals.js';
import { echo, printf } from '../programs/print.js';
import { testHolds } from './conditional.js';
import { Exit, LoopControl, Return } from './control.js';
import { foreground, spawn } from './children.js';
import type { Shell } from './shell.js';

/** A command that acts on the shell itself. */
export type Builtin = (shell: Shell, args: readonly string[]) => Promise<number> | number;

const NAME = /^[A-Za-z_]\w*$/;

/** `name=value` or `name`. */
function split(arg: string): [name: string, value: string | undefined] {
  const equals = arg.indexOf('=');
  return equals === -1 ? [arg, undefined] : [arg.slice(0, equals), arg.slice(equals + 1)];
}

function number(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^-?\d+$/.test(text)) throw new Error(`${text}: numeric argument required`);
  return Number(text);
}

function control(kind: 'break' | 'continue'): Builtin {
  return (_shell, [levels]) => {
    throw new LoopControl(kind, Math.max(1, number(levels, 1)));
  };
}

const exportVariables: Builtin = async (shell, args) => {
  const names = args.filter((arg) => !arg.startsWith('-'));
  if (names.length === 0) {
    for (const name of shell.variables.names())
      if (shell.variables.isExported(name)) await shell.print(`export ${name}='${shell.variables.get(name) ?? ''}'\n`);
    return 0;
  }
  for (const arg of names) {
    const [name, value] = split(arg);
    if (!NAME.test(name)) throw new Error(`export: ${name}: bad variable name`);
    if (value !== undefined) shell.variables.set(name, value);
    shell.variables.export(name, !args.includes('-n'));
  }
  return 0;
};

const declare: Builtin = (shell, args) => {
  for (const arg of args.filter((other) => !other.startsWith('-'))) {
    const [name, value] = split(arg);
    shell.variables.local(name);
    if (value !== undefined) shell.variables.set(name, value);
    else if (args.includes('-a')) shell.variables.set(name, []);
    if (args.some((other) => /^-\w*x/.test(other))) shell.variables.export(name);
    if (args.some((other) => /^-\w*r/.test(other))) shell.variables.makeReadOnly(name);
  }
  return 0;
};

const cd: Builtin = async (shell, args) => {
  const { process, variables } = shell;
  const [given] = args.filter((arg) => arg !== '--' && arg !== '-L' && arg !== '-P');
  const target = given === '-' ? (variables.get('OLDPWD') ?? process.cwd) : (given ?? variables.get('HOME') ?? '/');
  let node;
  try {
    node = process.fs.lookup(process.resolve(target), { as: process.credentials });
  } catch (error) {
    throw new Error(`cd: can't cd to ${target}: ${error instanceof Error ? error.message : ''}`, { cause: error });
  }
  if (node.kind !== 'directory') throw new Error(`cd: can't cd to ${target}: Not a directory`);
  variables.set('OLDPWD', process.cwd);
  process.cwd = normalised(process.resolve(target));
  variables.set('PWD', process.cwd);
  if (given === '-') await shell.print(`${process.cwd}\n`);
  return 0;
};

function normalised(path: string): string {
  const names: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') names.pop();
    else if (part !== '' && part !== '.') names.push(part);
  }
  return `/${names.join('/')}`;
}

const OPTIONS: Readonly<Record<string, keyof Shell['options']>> = {
  e: 'errexit',
  u: 'nounset',
  x: 'xtrace',
  f: 'noglob',
};

const set: Builtin = async (shell, args) => {
  if (args.length === 0) {
    for (const name of shell.variables.names()) await shell.print(`${name}='${shell.variables.get(name) ?? ''}'\n`);
    return 0;
  }
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--' || !/^[-+]./.test(arg)) {
      shell.variables.positional = args.slice(arg === '--' ? i + 1 : i);
      return 0;
    }
    const on = arg.startsWith('-');
    for (const letter of arg.slice(1)) {
      const option = letter === 'o' ? (args[++i] ?? '') : OPTIONS[letter];
      if (option !== undefined && Object.hasOwn(shell.options, option)) shell.options[option as keyof Shell['options']] = on;
    }
  }
  return 0;
};

const trap: Builtin = async (shell, args) => {
  const rest = args[0] === '--' ? args.slice(1) : args;
  const [action, ...names] = rest;
  if (action === undefined || action === '-p') {
    for (const [signal, text] of shell.traps.actions)
      await shell.print(`trap -- '${text}' ${signal === 0 ? 'EXIT' : `SIG${signalName(signal)}`}\n`);
    return 0;
  }
  const resets = action === '-' || names.length === 0;
  for (const name of names.length === 0 ? [action] : names) {
    const signal = name === 'EXIT' ? 0 : name === 'ERR' || name === 'DEBUG' ? undefined : signalNumber(name);
    if (signal !== undefined) shell.traps.set(signal, resets ? undefined : action);
  }
  return 0;
};

const wait: Builtin = async (shell, args) => {
  const pids = args.filter((arg) => /^\d+$/.test(arg)).map(Number);
  let status = 0;
  for (const pid of pids.length > 0 ? pids : [...shell.jobs.keys()]) {
    const job = shell.jobs.get(pid);
    if (job === undefined) {
      status = 127;
      continue;
    }
    if (!(await shell.traps.interruptible(job.exited))) return 128 + shell.traps.lastSignal;
    shell.jobs.delete(pid);
    status = await job.exited;
  }
  return pids.length > 0 ? status : 0;
};

const read: Builtin = async (shell, args) => {
  const names: string[] = [];
  let raw = false;
  let timeout: number | undefined;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '-r') raw = true;
    else if (arg === '-p') await shell.print(args[++i] ?? '', shell.streams.stderr);
    else if (arg === '-t') timeout = Number(args[++i]) * 1000;
    else if (!arg.startsWith('-')) names.push(arg);
  }
  const source = BufferedSource.of(shell.streams.stdin);
  const { process } = shell;
  const reading = source.readLine((from) => process.read(from));
  const line = await (timeout === undefined ? reading : Promise.race([reading, process.sleep(timeout).then(() => undefined)]));
  const text = (line ?? Buffer.alloc(0)).toString('utf8').replace(/\n$/, '');
  assignFields(shell, raw ? text : text.replace(/\\(.)/g, '$1'), names.length === 0 ? ['REPLY'] : names);
  return line?.at(-1) === 0x0a ? 0 : 1;
};

function assignFields(shell: Shell, text: string, names: readonly string[]): void {
  const separators = shell.variables.get('IFS') ?? ' \t\n';
  const isSeparator = (c: string): boolean => c !== '' && separators.includes(c);
  let at = 0;
  const skip = (): void => {
    while (isSeparator(text.charAt(at)) && ' \t\n'.includes(text.charAt(at))) at++;
  };
  for (const [index, name] of names.entries()) {
    skip();
    if (index === names.length - 1) {
      let end = text.length;
      while (end > at && isSeparator(text.charAt(end - 1)) && ' \t\n'.includes(text.charAt(end - 1))) end--;
      shell.variables.set(name, text.slice(at, end));
      return;
    }
    const start = at;
    while (at < text.length && !isSeparator(text.charAt(at))) at++;
    shell.variables.set(name, text.slice(start, at));
    skip();
    if (isSeparator(text.charAt(at))) at++;
  }
}

const kill: Builtin = async (shell, args) => {
  let signal = SIGNALS['TERM'] ?? 15;
  let targets = args;
  const [first = ''] = args;
  if (first === '-l') {
    await shell.print(`${Object.keys(SIGNALS).join(' ')}\n`);
    return 0;
  }
  if (first === '-s' || first === '-n') {
    signal = signalNumber(args[1] ?? '') ?? signal;
    targets = args.slice(2);
  } else if (/^-\w/.test(first)) {
    const given = signalNumber(first.slice(1));
    if (given === undefined) throw new Error(`kill: bad signal name '${first.slice(1)}'`);
    signal = given;
    targets = args.slice(1);
  }
  let status = 0;
  for (const target of targets) {
    const pid = target.startsWith('%') ? shell.lastJob : Number(target);
    const process = shell.process.machine.table.processes.get(Math.abs(pid ?? 0));
    if (process === undefined) {
      await shell.complain(`kill: can't kill pid ${target}: No such process`);
      status = 1;
    } else process.kill(signal);
  }
  return status;
};

const source: Builtin = async (shell, [path, ...args]) => {
  if (path === undefined) throw new Error('.: filename argument required');
  const { process, variables } = shell;
  let text: string;
  try {
    text = Buffer.from(process.fs.read(process.resolve(path), process.credentials)).toString('utf8');
  } catch (error) {
    throw new Error(`.: can't open '${path}': ${error instanceof Error ? error.message : ''}`, { cause: error });
  }
  const { positional } = variables;
  if (args.length > 0) variables.positional = args;
  try {
    return await shell.evaluate(text);
  } catch (error) {
    if (error instanceof Return) return error.status;
    throw error;
  } finally {
    variables.positional = positional;
  }
};

const command: Builtin = async (shell, args) => {
  const [first, ...rest] = args;
  if (first === '-v' || first === '-V') return await type(shell, rest, first === '-v');
  if (first === undefined) return 0;
  const builtin = BUILTINS[first];
  if (builtin !== undefined) return await builtin(shell, rest);
  const child = await spawn(shell, args, shell.variables.environment());
  return typeof child === 'number' ? child : ((await foreground(shell, [child]))[0] ?? 0);
};

async function type(shell: Shell, names: readonly string[], short: boolean): Promise<number> {
  let status = 0;
  for (const name of names) {
    const path = whichPath(shell, name);
    if (shell.hasFunction(name)) await shell.print(short ? `${name}\n` : `${name} is a function\n`);
    else if (Object.hasOwn(BUILTINS, name)) await shell.print(short ? `${name}\n` : `${name} is a shell builtin\n`);
    else if (path !== undefined) await shell.print(short ? `${path}\n` : `${name} is ${path}\n`);
    else {
      if (!short) await shell.complain(`${name}: not found`);
      status = 127;
    }
  }
  return status;
}

/** Where a program is along PATH. */
export function whichPath(shell: Shell, name: string): string | undefined {
  const { fs } = shell.process;
  const paths = name.includes('/')
    ? [shell.process.resolve(name)]
    : (shell.variables.get('PATH') ?? '').split(':').map((directory) => `${directory}/${name}`);
  return paths.find((path) => {
    const node = fs.tryLookup(path);
    return node?.kind === 'file' && (node.mode & 0o111) !== 0;
  });
}

const umask: Builtin = async (shell, [mask]) => {
  if (mask === undefined) await shell.print(`${shell.process.umask.toString(8).padStart(4, '0')}\n`);
  else shell.process.umask = Number.parseInt(mask, 8) & 0o777;
  return 0;
};

const test: Builtin = (shell, args) => (testHolds(args, shell.process) ? 0 : 1);

/** All there are, by name. */
export const BUILTINS: Readonly<Record<string, Builtin | undefined>> = {
  __proto__: null as never,
  ':': () => 0,
  true: () => 0,
  false: () => 1,
  '.': source,
  source,
  '[': (shell, args) => {
    if (args.at(-1) !== ']') throw new Error('[: missing ]');
    return test(shell, args.slice(0, -1));
  },
  test,
  break: control('break'),
  continue: control('continue'),
  cd,
  command,
  declare,
  typeset: declare,
  local: declare,
  echo: async (shell, args) => {
    await shell.print(echo(args));
    return 0;
  },
  printf: async (shell, args) => {
    await shell.print(printf(args));
    return 0;
  },
  eval: (shell, args) => shell.evaluate(args.join(' ')),
  exit: (shell, [status]) => {
    throw new Exit(number(status, shell.status));
  },
  export: exportVariables,
  readonly: (shell, args) => declare(shell, ['-r', ...args]),
  return: (shell, [status]) => {
    throw new Return(number(status, shell.status));
  },
  set,
  shift: (shell, [count]) => {
    const by = number(count, 1);
    if (by > shell.variables.positional.length) return 1;
    shell.variables.positional = shell.variables.positional.slice(by);
    return 0;
  },
  trap,
  type: (shell, args) => type(shell, args, false),
  umask,
  unset: (shell, args) => {
    for (const name of args.filter((arg) => !arg.startsWith('-'))) {
      if (args.includes('-f')) shell.removeFunction(name);
      else shell.variables.unset(name);
    }
    return 0;
  },
  wait,
  read,
  kill,
  pwd: async (shell) => {
    await shell.print(`${shell.process.cwd}\n`);
    return 0;
  },
  jobs: () => 0,
  ulimit: async (shell) => {
    await shell.print('unlimited\n');
    return 0;
  },
  shopt: () => 0,
  alias: () => 0,
  hash: () => 0,
};
