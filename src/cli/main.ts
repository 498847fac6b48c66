import { parseFlags, SERVER_FLAGS, UsageError } from './flags.js';
import { ClusterError } from './cluster-error.js';
import { COMMANDS } from './command.js';
import { commandHelp, helpText } from './help.js';

/** The program: resolves with the exit code; everything it says goes to stdout and stderr. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const split = argv.indexOf('--');
    const own = split === -1 ? argv : argv.slice(0, split);
    const command = split === -1 ? [] : argv.slice(split + 1);
    const [first = '', ...others] = own;
    // What the launchers of `kubesim assets` call; their flags are those of the programs that they stand in for.
    if (first === 'stand-in') return await (await import('./stand-in/index.js')).standIn(others);
    if (Object.hasOwn(COMMANDS, first)) return await runCommand(first, split === -1 ? others : [...others, '--', ...command]);
    const { values, rest } = parseFlags(own, SERVER_FLAGS);
    if (values['help'] === true || rest[0] === 'help') {
      process.stdout.write(helpText());
      return 0;
    }
    const [name = 'start', ...extra] = rest;
    if (extra.length > 0) throw new UsageError(`don't know what to do with ${JSON.stringify(extra.join(' '))}; see kubesim --help`);
    switch (name) {
      case 'start':
        if (split !== -1) throw new UsageError('start takes no command; did you mean kubesim run?');
        return await (await import('./start.js')).start(values);
      case 'run':
        return await (await import('./run.js')).run(values, command);
      default:
        throw new UsageError(`there is no command ${JSON.stringify(name)}; see kubesim --help`);
    }
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`kubesim: ${error.message}\n`);
      return 2;
    }
    if (error instanceof ClusterError) {
      process.stderr.write(`kubesim: ${error.message}\n`);
      return 1;
    }
    process.stderr.write(`kubesim: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 1;
  }
}

/** Runs a command that has flags of its own. */
async function runCommand(name: string, args: readonly string[]): Promise<number> {
  const command = COMMANDS[name];
  if (command === undefined) throw new UsageError(`there is no command ${JSON.stringify(name)}; see kubesim --help`);
  const { values, rest } = parseFlags(args, command.flags, `kubesim ${name} --help`);
  if (values['help'] !== true) return await command.run(values, rest);
  process.stdout.write(commandHelp(command));
  return 0;
}
