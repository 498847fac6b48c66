import { readAll } from '../process/bytes.js';
import { Pipe } from '../process/pipe.js';
import type { Process, Program } from '../process/process.js';
import { Exit } from './control.js';
import { streamsOf, type Descriptors } from './descriptors.js';
import type { Shell } from './shell.js';
import type { Assignment, Command, Script } from './syntax.js';

/** Bytes that `$(…)` may take in. */
const MAX_SUBSTITUTION = 8 * 1024 * 1024;

/** Runs commands side by side, each reading what the one before it writes. */
export async function pipe(shell: Shell, commands: readonly Command[]): Promise<number> {
  let input: Pipe | undefined;
  const children: Process[] = [];
  for (const [index, command] of commands.entries()) {
    const output = index < commands.length - 1 ? new Pipe() : undefined;
    const descriptors = new Map(shell.descriptors);
    const source = input?.source;
    if (source !== undefined) descriptors.set(0, { source });
    if (output !== undefined) descriptors.set(1, { sink: output.sink });
    const child = shell.fork(async (copy) => await copy.command(command), descriptors);
    void child.exited.then(() => {
      output?.close();
      source?.close();
    });
    children.push(child);
    input = output;
  }
  const codes = await foreground(shell, children);
  const failed = shell.options.pipefail ? codes.findLast((code) => code !== 0) : undefined;
  return failed ?? codes.at(-1) ?? 0;
}

/** Waits for children that have the terminal. A signal that ends this shell ends them too. */
export async function foreground(shell: Shell, children: readonly Process[]): Promise<number[]> {
  const leave = shell.process.terminal?.enter((signal) => {
    for (const child of children) child.kill(signal);
  });
  try {
    return await shell.process.wait(Promise.all(children.map(({ exited }) => exited)), () => {
      for (const child of children) child.kill(shell.process.signal);
    });
  } finally {
    leave?.();
  }
}

/** What `$(…)` stands for. */
export async function substitute(shell: Shell, script: Script): Promise<string> {
  const output = new Pipe();
  const child = shell.fork(
    async (copy) => await copy.statements(script.statements),
    new Map([...shell.descriptors, [1, { sink: output.sink }]]),
  );
  void child.exited.then(() => {
    output.close();
  });
  const text = await shell.process.wait(readAll(output.source, MAX_SUBSTITUTION), () => {
    child.kill(shell.process.signal);
  });
  shell.substituted = await child.exited;
  return text.toString('utf8').replaceAll('\0', '').replace(/\n+$/, '');
}

/** Runs a program, with assignments as its environment. */
export async function external(
  shell: Shell,
  args: readonly string[],
  assignments: readonly Assignment[],
  descriptors: Descriptors,
): Promise<number> {
  const env = shell.variables.environment();
  for (const { name, value } of assignments) env.set(name, await shell.expander.text(value));
  const child = await spawn(shell, args, env, descriptors);
  return typeof child === 'number' ? child : ((await foreground(shell, [child]))[0] ?? 0);
}

/** Starts a program; the status if there is none. */
export async function spawn(
  shell: Shell,
  args: readonly string[],
  env: ReadonlyMap<string, string>,
  descriptors: Descriptors = shell.descriptors,
): Promise<Process | number> {
  const [name = ''] = args;
  const { process } = shell;
  const program = process.machine.findProgram(name, { env, cwd: process.cwd });
  if (program === undefined) {
    const isPath = name.includes('/') && process.fs.exists(process.resolve(name));
    const isBash = shell.name.endsWith('bash');
    const why = isPath
      ? 'Permission denied'
      : isBash && !name.includes('/')
        ? 'command not found'
        : name.includes('/') && isBash
          ? 'No such file or directory'
          : 'not found';
    await process.write(`${shell.name}: ${name}: ${why}\n`, streamsOf(descriptors).stderr);
    return isPath ? 126 : 127;
  }
  return startProgram(shell, program, args, env, descriptors);
}

function startProgram(
  shell: Shell,
  program: Program,
  args: readonly string[],
  env: ReadonlyMap<string, string>,
  descriptors: Descriptors,
): Process {
  const { process } = shell;
  return process.machine.start(
    {
      argv: args,
      env,
      cwd: process.cwd,
      credentials: process.credentials,
      parent: process,
      terminal: process.terminal,
      ...streamsOf(descriptors),
    },
    program,
  );
}

/** `exec`: without a command its redirections stay; with one, the shell ends as it does. */
export async function exec(shell: Shell, args: readonly string[], descriptors: Descriptors): Promise<number> {
  if (args.length === 0) {
    shell.descriptors = descriptors;
    return 0;
  }
  const child = await spawn(shell, args, shell.variables.environment(), descriptors);
  if (typeof child === 'number') throw new Exit(child);
  shell.traps.forwardTo(child);
  throw new Exit((await foreground(shell, [child]))[0] ?? 0);
}
