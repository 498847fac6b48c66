import { evaluate } from './arithmetic.js';
import type { Shell } from './shell.js';
import { parse, type Assignment } from './syntax.js';

/** `name=value`, `name+=value`, `name=(…)`. */
export async function assignWord(shell: Shell, { name, value, append, array }: Assignment): Promise<void> {
  if (array !== null) {
    const values = await shell.expander.words(array);
    shell.variables.set(name, append ? [...shell.variables.list(name), ...values] : values);
    return;
  }
  const text = await shell.expander.text(value);
  assign(shell, name, append ? ((await parameterOf(shell, name)) ?? '') + text : text);
}

/** `name` or `name[index]`. */
export function assign(shell: Shell, name: string, value: string): void {
  const element = /^([A-Za-z_]\w*)\[(\d+)\]$/.exec(name);
  if (element?.[1] === undefined) shell.variables.set(name, value);
  else shell.variables.setElement(element[1], Number(element[2]), value);
}

/** The value of `$name`; undefined if it isn't set. */
export async function parameterOf(shell: Shell, name: string): Promise<string | undefined> {
  const { positional } = shell.variables;
  if (/^\d+$/.test(name)) return name === '0' ? shell.name : positional[Number(name) - 1];
  const element = /^([A-Za-z_]\w*)\[(.*)\]$/.exec(name);
  if (element?.[1] !== undefined) {
    const node = parse(`((${element[2] ?? '0'}))`).statements[0]?.pipelines[0]?.commands[0];
    const index = node?.type === 'ArithmeticCommand' ? await evaluate(node.expression.expression, shell.arithmetic) : 0;
    return shell.variables.element(element[1], index);
  }
  switch (name) {
    case '?':
      return String(shell.status);
    case '$':
      return String(shell.process.pid);
    case '!':
      return shell.lastJob === undefined ? '' : String(shell.lastJob);
    case '#':
      return String(positional.length);
    case '@':
    case '*':
      return positional.join(' ');
    case '-':
      return shell.options.errexit ? 'e' : '';
    case 'RANDOM':
      return String(shell.process.machine.random.int(32768));
    case 'SECONDS':
      return String(Math.floor((shell.process.machine.clock.now() - shell.process.startedAt) / 1000));
    case 'PPID':
      return String(shell.process.parent?.pid ?? 0);
    case 'UID':
    case 'EUID':
      return String(shell.process.credentials.uid);
    case 'PWD':
      return shell.process.cwd;
    case 'HOSTNAME':
      return shell.variables.get(name) ?? shell.process.machine.hostname;
    default:
      return shell.variables.get(name);
  }
}
