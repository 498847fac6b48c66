import { OutOfMemory, type ByteSink } from '../process/bytes.js';
import { Killed, type Process } from '../process/process.js';
import { FsError } from '../fs/nodes.js';
import type { ArithmeticScope } from './arithmetic.js';
import { BUILTINS } from './builtins.js';
import { exec, external, pipe } from './children.js';
import { compound } from './compound.js';
import { Exit, LoopControl, Return } from './control.js';
import { redirect, standardDescriptors, streamsOf, type Descriptors } from './descriptors.js';
import { Expander } from './expand.js';
import { assignWord } from './parameters.js';
import {
  parse,
  SyntaxProblem,
  type Command,
  type CompoundCommand,
  type Pipeline,
  type Script,
  type SimpleCommand,
  type Statement,
} from './syntax.js';
import { Traps } from './traps.js';
import { Variables } from './variables.js';

/** Functions that may call one another. */
const MAX_DEPTH = 200;

type FunctionBody = Extract<Command, { type: 'FunctionDef' }>;

/** A POSIX shell with what bash scripts often use, run by a simulated process. */
export class Shell {
  readonly options = { errexit: false, nounset: false, xtrace: false, pipefail: false, noglob: false };
  private readonly functions = new Map<string, FunctionBody>();
  readonly expander = new Expander(this);
  readonly traps: Traps;
  /** Background jobs that nobody has waited for. */
  readonly jobs = new Map<number, Process>();
  status = 0;
  lastJob: number | undefined;
  descriptors: Descriptors;
  /** Above 0 where a failure is a question, not an error. */
  private questions = 0;
  private depth = 0;
  /** The status of the last `$(…)`, which an assignment alone takes over. */
  substituted: number | undefined;

  constructor(
    readonly process: Process,
    /** `$0` */
    readonly name: string,
    readonly variables = new Variables(),
    descriptors?: Descriptors,
  ) {
    this.descriptors = descriptors ?? standardDescriptors(process);
    this.traps = new Traps(this);
  }

  hasFunction(name: string): boolean {
    return this.functions.has(name);
  }

  removeFunction(name: string): void {
    this.functions.delete(name);
  }

  get streams(): ReturnType<typeof streamsOf> {
    return streamsOf(this.descriptors);
  }

  readonly arithmetic: ArithmeticScope = {
    get: (name) => this.variables.get(name),
    set: (name, value) => {
      this.variables.set(name, value);
    },
    expand: (text) => this.expander.inner(text),
  };

  /** Runs a script to its end, `exit` or a signal; the traps for EXIT included. */
  async run(script: string): Promise<number> {
    let status: number;
    try {
      status = await this.evaluate(script);
    } catch (error) {
      if (!(error instanceof Exit)) throw error;
      status = error.status;
    }
    this.status = status;
    return await this.traps.atExit(status);
  }

  /** Runs a script in this shell, as `eval` does. */
  async evaluate(text: string): Promise<number> {
    let script: Script;
    try {
      script = parse(text);
    } catch (error) {
      if (!(error instanceof SyntaxProblem)) throw error;
      await this.complain(error.message);
      return (this.status = 2);
    }
    return await this.statements(script.statements);
  }

  async complain(text: string): Promise<void> {
    await this.process.write(`${this.name}: ${text}\n`, this.streams.stderr);
  }

  async statements(list: readonly Statement[]): Promise<number> {
    for (const statement of list) {
      if (statement.deferredError !== undefined) {
        await this.complain(statement.deferredError.message);
        return (this.status = 2);
      }
      await this.statement(statement);
    }
    return this.status;
  }

  private async statement(statement: Statement): Promise<void> {
    await this.process.step();
    await this.traps.runPending();
    if (statement.background) {
      this.startJob(statement);
      return;
    }
    const { pipelines, operators } = statement;
    for (const [index, pipeline] of pipelines.entries()) {
      const operator = operators[index - 1];
      if (operator === '&&' && this.status !== 0) continue;
      if (operator === '||' && this.status === 0) continue;
      const asked = index < pipelines.length - 1 || pipeline.negated;
      if (asked) this.questions++;
      try {
        await this.pipeline(pipeline);
      } finally {
        if (asked) this.questions--;
      }
      if (this.options.errexit && this.status !== 0 && this.questions === 0 && !pipeline.negated && index === pipelines.length - 1)
        throw new Exit(this.status);
    }
  }

  /** Whether a list succeeds; its failure is no error. */
  async holds(condition: readonly Statement[]): Promise<boolean> {
    this.questions++;
    try {
      return (await this.statements(condition)) === 0;
    } finally {
      this.questions--;
    }
  }

  private startJob(statement: Statement): void {
    const child = this.fork(
      async (shell) => await shell.statements([{ ...statement, background: false }]),
      new Map([...this.descriptors, [0, {}]]),
    );
    this.jobs.set(child.pid, child);
    this.lastJob = child.pid;
    this.status = 0;
  }

  private async pipeline({ commands, negated }: Pipeline): Promise<void> {
    const [only] = commands;
    if (commands.length === 1 && only !== undefined) this.status = await this.command(only);
    else this.status = await pipe(this, commands);
    if (negated) this.status = this.status === 0 ? 1 : 0;
  }

  /** A copy of this shell in a process of its own. */
  fork(action: (shell: Shell) => Promise<number>, descriptors: Descriptors): Process {
    const { process } = this;
    const options = {
      argv: process.argv,
      env: this.variables.environment(),
      cwd: process.cwd,
      credentials: process.credentials,
      parent: process,
      terminal: process.terminal,
      ...streamsOf(descriptors),
    };
    return process.machine.start(options, async (child) => {
      const shell = new Shell(child, this.name, this.variables.clone(), descriptors);
      Object.assign(shell.options, this.options);
      for (const [name, body] of this.functions) shell.functions.set(name, body);
      shell.depth = this.depth;
      shell.status = this.status;
      let status: number;
      try {
        status = await action(shell);
      } catch (error) {
        if (error instanceof Exit || error instanceof Return) status = error.status;
        else if (error instanceof LoopControl) status = 0;
        else throw error;
      }
      return await shell.traps.atExit(status);
    });
  }

  /** Runs one command; what goes wrong with it becomes a line on stderr and a status. */
  async command(command: Command): Promise<number> {
    try {
      if (command.type === 'SimpleCommand') return await this.simple(command);
      if (command.type === 'FunctionDef') {
        this.functions.set(command.name, command);
        return 0;
      }
      return await this.redirected(command.redirections, () => compound(this, command));
    } catch (error) {
      if (error instanceof Exit || error instanceof Return || error instanceof LoopControl || isFatal(error)) throw error;
      await this.complain(error instanceof Error ? error.message : String(error));
      return 1;
    }
  }

  private async redirected(redirections: CompoundCommand['redirections'], action: () => Promise<number>): Promise<number> {
    if (redirections.length === 0) return await action();
    const before = this.descriptors;
    this.descriptors = await redirect(this, redirections, before);
    try {
      return await action();
    } finally {
      this.descriptors = before;
    }
  }

  private async simple(command: SimpleCommand): Promise<number> {
    const args = await this.expander.words(command.name === null ? command.args : [command.name, ...command.args]);
    const before = this.descriptors;
    const [name, ...rest] = args;
    if (name === undefined) {
      await redirect(this, command.redirections, before);
      this.substituted = undefined;
      for (const assignment of command.assignments) await assignWord(this, assignment);
      return this.substituted ?? 0;
    }
    if (this.options.xtrace) await this.process.write(`+ ${args.join(' ')}\n`, this.streams.stderr);
    const descriptors = await redirect(this, command.redirections, before);
    if (name === 'exec') return await exec(this, rest, descriptors);
    const own = this.functions.get(name) ?? BUILTINS[name];
    if (own === undefined) return await external(this, args, command.assignments, descriptors);
    this.descriptors = descriptors;
    try {
      for (const assignment of command.assignments) await assignWord(this, assignment);
      return typeof own === 'function' ? await own(this, rest) : await this.call(own, rest);
    } finally {
      this.descriptors = before;
    }
  }

  private async call(body: FunctionBody, args: readonly string[]): Promise<number> {
    if (this.depth >= MAX_DEPTH) throw new Error(`${body.name}: maximum function nesting level exceeded (${String(MAX_DEPTH)})`);
    const { positional } = this.variables;
    this.variables.positional = args;
    this.variables.pushScope();
    this.depth++;
    try {
      return await this.command(body.body);
    } catch (error) {
      if (error instanceof Return) return error.status;
      throw error;
    } finally {
      this.depth--;
      this.variables.popScope();
      this.variables.positional = positional;
    }
  }

  /** A write to what is now stdout. */
  async print(text: string | Uint8Array, sink: ByteSink = this.streams.stdout): Promise<void> {
    await this.process.write(text, sink);
  }
}

/** What ends a process, whatever it was about. */
function isFatal(error: unknown): boolean {
  return error instanceof Killed || error instanceof OutOfMemory || (error instanceof FsError && error.code === 'EPIPE');
}
