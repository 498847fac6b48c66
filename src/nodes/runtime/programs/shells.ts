import { BufferedSource } from '../process/buffered-source.js';
import type { Process, Program } from '../process/process.js';
import { Exit } from '../shell/control.js';
import { Shell } from '../shell/shell.js';
import { loadParser, parse, SyntaxProblem } from '../shell/syntax.js';
import { Variables } from '../shell/variables.js';

/** `sh`, `bash`, `ash`: `-c script`, a script's file, or what comes on stdin. */
export const shell: Program = async (process) => {
  await loadParser();
  const { script, file, args, options, isInteractive } = commandLine(process.argv.slice(1));
  const variables = new Variables();
  variables.import(process.env);
  if (variables.get('PWD') === undefined) variables.set('PWD', process.cwd);
  const name = script === undefined ? (file ?? process.argv[0] ?? 'sh') : (args[0] ?? process.argv[0] ?? 'sh');
  variables.positional = script === undefined ? args : args.slice(1);
  const self = new Shell(process, name, variables);
  for (const option of options) self.options[option] = true;
  if (script !== undefined) return await self.run(script);
  if (file !== undefined) {
    let text: string;
    try {
      text = Buffer.from(process.fs.read(process.resolve(file), process.credentials)).toString('utf8');
    } catch {
      await process.error(`${process.name}: can't open '${file}': No such file or directory\n`);
      return 2;
    }
    return await self.run(text);
  }
  return await new LineReader(self, isInteractive || process.terminal !== undefined).run();
};

type Option = keyof Shell['options'];
const OPTIONS: Readonly<Record<string, Option>> = { e: 'errexit', u: 'nounset', x: 'xtrace', f: 'noglob' };

interface CommandLine {
  readonly script: string | undefined;
  readonly file: string | undefined;
  readonly args: readonly string[];
  readonly options: readonly Option[];
  readonly isInteractive: boolean;
}

function commandLine(args: readonly string[]): CommandLine {
  const options: Option[] = [];
  let hasScript = false;
  let isInteractive = false;
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '-o' || arg === '+o') {
      if (args[++at] === 'pipefail') options.push('pipefail');
      continue;
    }
    if (arg === '--' || !arg.startsWith('-') || arg === '-') break;
    if (arg.startsWith('--')) continue;
    for (const letter of arg.slice(1)) {
      const option = OPTIONS[letter];
      if (letter === 'c') hasScript = true;
      else if (letter === 'i') isInteractive = true;
      else if (letter === 'o' && args[++at] === 'pipefail') options.push('pipefail');
      else if (option !== undefined) options.push(option);
    }
  }
  const rest = args.slice(args[at] === '--' ? at + 1 : at);
  if (hasScript) return { script: rest[0] ?? '', file: undefined, args: rest.slice(1), options, isInteractive };
  return { script: undefined, file: rest[0], args: rest.slice(1), options, isInteractive };
}

/** Runs what comes line by line, with prompts if there is a terminal. */
class LineReader {
  private interrupted = false;

  constructor(
    private readonly shell: Shell,
    private readonly isInteractive: boolean,
  ) {}

  async run(): Promise<number> {
    const { shell } = this;
    const { process } = shell;
    const input = BufferedSource.of(shell.streams.stdin);
    // The shell itself outlives Ctrl-C and what else the terminal sends.
    const leave = process.terminal?.enter(() => {
      this.interrupted = true;
      this.prompt('').catch(() => undefined);
    });
    let script = '';
    try {
      for (;;) {
        await this.prompt(script);
        const line = await input.readLine((from) => process.read(from));
        if (this.interrupted) script = '';
        this.interrupted = false;
        if (line === undefined) break;
        script += line.toString('utf8');
        if (isIncomplete(script)) continue;
        await shell.evaluate(script);
        script = '';
      }
      if (script.trim() !== '') await shell.evaluate(script);
      if (this.isInteractive) await process.write('exit\n', shell.streams.stderr);
      return await shell.traps.atExit(shell.status);
    } catch (error) {
      if (error instanceof Exit) return await shell.traps.atExit(error.status);
      throw error;
    } finally {
      leave?.();
    }
  }

  private async prompt(script: string): Promise<void> {
    if (!this.isInteractive) return;
    const { process } = this.shell;
    await process.write(script === '' ? promptOf(this.shell, process) : '> ', this.shell.streams.stderr);
  }
}

function promptOf(shell: Shell, process: Process): string {
  const sign = process.credentials.uid === 0 ? '#' : '$';
  const home = shell.variables.get('HOME');
  const place = process.cwd === home ? '~' : process.cwd;
  if (process.name === 'bash')
    return `${process.credentials.uid === 0 ? 'root' : 'I have no name!'}@${process.machine.hostname}:${place}${sign} `;
  return `${place} ${sign} `;
}

function isIncomplete(script: string): boolean {
  if (/(?:\\|\||&&)\s*\n$/.test(script)) return true;
  try {
    const parsed = parse(script);
    return JSON.stringify(parsed).includes('"type":"HereDoc"') && JSON.stringify(parsed).includes('"terminated":false');
  } catch (error) {
    return error instanceof SyntaxProblem && error.isIncomplete;
  }
}
