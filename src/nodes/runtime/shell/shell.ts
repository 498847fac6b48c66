import { OutOfMemory, readAll, type ByteSink } from '../process/bytes.js';
import { Pipe } from '../process/pipe.js';
import { Killed, type Process, type Program } from '../process/process.js';
import { FsError } from '../fs/nodes.js';
import type { ArithmeticScope } from './arithmetic.js';
import { evaluate } from './arithmetic.js';
import { BUILTINS } from './builtins.js';
import { conditionHolds } from './conditional.js';
import { Exit, LoopControl, Return } from './control.js';
import { redirect, standardDescriptors, streamsOf, type Descriptors } from './descriptors.js';
import { Expander } from './expand.js';
import { matchesPattern } from './pattern.js';
import {
  parse,
  SyntaxProblem,
  type Assignment,
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
/** Bytes that `$(…)` may take in. */
const MAX_SUBSTITUTION = 8 * 1024 * 1024;

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
  private descriptors: Descriptors;
  /** Above 0 where a failure is a question, not an error. */
  private questions = 0;
  private depth = 0;
  private substituted: number | undefined;

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
    else this.status = await this.pipe(commands);
    if (negated) this.status = this.status === 0 ? 1 : 0;
  }

  /** Runs commands side by side, each reading what the one before it writes. */
  private async pipe(commands: readonly Command[]): Promise<number> {
    let input: Pipe | undefined;
    const children: Process[] = [];
    for (const [index, command] of commands.entries()) {
      const output = index < commands.length - 1 ? new Pipe() : undefined;
      const descriptors = new Map(this.descriptors);
      const source = input?.source;
      if (source !== undefined) descriptors.set(0, { source });
      if (output !== undefined) descriptors.set(1, { sink: output.sink });
      const child = this.fork(async (shell) => await shell.command(command), descriptors);
      void child.exited.then(() => {
        output?.close();
        source?.close();
      });
      children.push(child);
      input = output;
    }
    const codes = await this.foreground(children);
    const failed = this.options.pipefail ? codes.findLast((code) => code !== 0) : undefined;
    return failed ?? codes.at(-1) ?? 0;
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

  /** Waits for children that have the terminal. A signal that ends this shell ends them too. */
  async foreground(children: readonly Process[]): Promise<number[]> {
    const leave = this.process.terminal?.enter((signal) => {
      for (const child of children) child.kill(signal);
    });
    try {
      return await this.process.wait(Promise.all(children.map(({ exited }) => exited)), () => {
        for (const child of children) child.kill(this.process.signal);
      });
    } finally {
      leave?.();
    }
  }

  async substitute(script: Script): Promise<string> {
    const output = new Pipe();
    const child = this.fork(
      async (shell) => await shell.statements(script.statements),
      new Map([...this.descriptors, [1, { sink: output.sink }]]),
    );
    void child.exited.then(() => {
      output.close();
    });
    const text = await this.process.wait(readAll(output.source, MAX_SUBSTITUTION), () => {
      child.kill(this.process.signal);
    });
    this.substituted = await child.exited;
    return text.toString('utf8').replaceAll('\0', '').replace(/\n+$/, '');
  }

  /** Runs one command; what goes wrong with it becomes a line on stderr and a status. */
  async command(command: Command): Promise<number> {
    try {
      if (command.type === 'SimpleCommand') return await this.simple(command);
      if (command.type === 'FunctionDef') {
        this.functions.set(command.name, command);
        return 0;
      }
      return await this.redirected(command.redirections, () => this.compound(command));
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

  private async compound(command: CompoundCommand): Promise<number> {
    switch (command.type) {
      case 'Group':
        return await this.statements(command.body);
      case 'Subshell':
        return (await this.foreground([this.fork(async (shell) => await shell.statements(command.body), this.descriptors)]))[0] ?? 0;
      case 'If':
        for (const { condition, body } of command.clauses) if (await this.holds(condition)) return await this.body(body);
        return command.elseBody === null ? 0 : await this.body(command.elseBody);
      case 'While':
      case 'Until': {
        const wanted = command.type === 'While';
        return await this.loop(command.body, async () => (await this.holds(command.condition)) === wanted);
      }
      case 'For': {
        const words = command.words === null ? [...this.variables.positional] : await this.expander.words(command.words);
        let next = 0;
        return await this.loop(command.body, () => {
          const word = words[next++];
          if (word !== undefined) this.variables.set(command.variable, word);
          return Promise.resolve(word !== undefined);
        });
      }
      case 'CStyleFor': {
        if (command.init !== null) await evaluate(command.init.expression, this.arithmetic);
        let first = true;
        return await this.loop(command.body, async () => {
          if (!first && command.update !== null) await evaluate(command.update.expression, this.arithmetic);
          first = false;
          return command.condition === null || (await evaluate(command.condition.expression, this.arithmetic)) !== 0;
        });
      }
      case 'Case':
        return await this.caseOf(command);
      case 'ArithmeticCommand':
        return (await evaluate(command.expression.expression, this.arithmetic)) === 0 ? 1 : 0;
      case 'ConditionalCommand':
        return (await conditionHolds(this, command.expression)) ? 0 : 1;
    }
  }

  private async body(list: readonly Statement[]): Promise<number> {
    this.status = 0;
    return await this.statements(list);
  }

  private async holds(condition: readonly Statement[]): Promise<boolean> {
    this.questions++;
    try {
      return (await this.statements(condition)) === 0;
    } finally {
      this.questions--;
    }
  }

  private async loop(body: readonly Statement[], next: () => Promise<boolean>): Promise<number> {
    let status = 0;
    while (await next()) {
      await this.process.step();
      try {
        status = await this.body(body);
      } catch (error) {
        if (!(error instanceof LoopControl)) throw error;
        if (error.levels > 1) throw new LoopControl(error.kind, error.levels - 1);
        status = 0;
        if (error.kind === 'break') break;
      }
    }
    return status;
  }

  private async caseOf(command: Extract<CompoundCommand, { type: 'Case' }>): Promise<number> {
    const text = await this.expander.text(command.word);
    let falls = false;
    let status = 0;
    for (const { patterns, body, terminator } of command.items) {
      let matches = falls;
      for (const pattern of patterns) matches ||= matchesPattern(await this.expander.pattern(pattern), text);
      if (!matches) continue;
      status = await this.body(body);
      if (terminator === ';;') break;
      falls = terminator === ';&';
    }
    return status;
  }

  private async simple(command: SimpleCommand): Promise<number> {
    const args = await this.expander.words(command.name === null ? command.args : [command.name, ...command.args]);
    const before = this.descriptors;
    const [name, ...rest] = args;
    if (name === undefined) {
      await redirect(this, command.redirections, before);
      this.substituted = undefined;
      for (const assignment of command.assignments) await this.assignWord(assignment);
      return this.substituted ?? 0;
    }
    if (this.options.xtrace) await this.process.write(`+ ${args.join(' ')}\n`, this.streams.stderr);
    const descriptors = await redirect(this, command.redirections, before);
    if (name === 'exec') return await this.exec(rest, descriptors);
    const own = this.functions.get(name) ?? BUILTINS[name];
    if (own === undefined) return await this.external(args, command.assignments, descriptors);
    this.descriptors = descriptors;
    try {
      for (const assignment of command.assignments) await this.assignWord(assignment);
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

  private async external(args: readonly string[], assignments: readonly Assignment[], descriptors: Descriptors): Promise<number> {
    const env = this.variables.environment();
    for (const { name, value } of assignments) env.set(name, await this.expander.text(value));
    const child = await this.spawn(args, env, descriptors);
    return typeof child === 'number' ? child : ((await this.foreground([child]))[0] ?? 0);
  }

  /** Starts a program; the status if there is none. */
  async spawn(
    args: readonly string[],
    env: ReadonlyMap<string, string>,
    descriptors: Descriptors = this.descriptors,
  ): Promise<Process | number> {
    const [name = ''] = args;
    const { process } = this;
    const program = process.machine.findProgram(name, { env, cwd: process.cwd });
    if (program === undefined) {
      const isPath = name.includes('/') && process.fs.exists(process.resolve(name));
      const isBash = this.name.endsWith('bash');
      const why = isPath
        ? 'Permission denied'
        : isBash && !name.includes('/')
          ? 'command not found'
          : name.includes('/') && isBash
            ? 'No such file or directory'
            : 'not found';
      await process.write(`${this.name}: ${name}: ${why}\n`, streamsOf(descriptors).stderr);
      return isPath ? 126 : 127;
    }
    return this.startProgram(program, args, env, descriptors);
  }

  startProgram(program: Program, args: readonly string[], env: ReadonlyMap<string, string>, descriptors: Descriptors): Process {
    const { process } = this;
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
  private async exec(args: readonly string[], descriptors: Descriptors): Promise<number> {
    if (args.length === 0) {
      this.descriptors = descriptors;
      return 0;
    }
    const child = await this.spawn(args, this.variables.environment(), descriptors);
    if (typeof child === 'number') throw new Exit(child);
    this.traps.forwardTo(child);
    throw new Exit((await this.foreground([child]))[0] ?? 0);
  }

  private async assignWord({ name, value, append, array }: Assignment): Promise<void> {
    if (array !== null) {
      const values = await this.expander.words(array);
      this.variables.set(name, append ? [...this.variables.list(name), ...values] : values);
      return;
    }
    const text = await this.expander.text(value);
    this.assign(name, append ? ((await this.parameter(name)) ?? '') + text : text);
  }

  /** `name` or `name[index]`. */
  assign(name: string, value: string): void {
    const element = /^([A-Za-z_]\w*)\[(\d+)\]$/.exec(name);
    if (element?.[1] === undefined) this.variables.set(name, value);
    else this.variables.setElement(element[1], Number(element[2]), value);
  }

  /** The value of `$name`; undefined if it isn't set. */
  async parameter(name: string): Promise<string | undefined> {
    const { positional } = this.variables;
    if (/^\d+$/.test(name)) return name === '0' ? this.name : positional[Number(name) - 1];
    const element = /^([A-Za-z_]\w*)\[(.*)\]$/.exec(name);
    if (element?.[1] !== undefined) {
      const node = parse(`((${element[2] ?? '0'}))`).statements[0]?.pipelines[0]?.commands[0];
      const index = node?.type === 'ArithmeticCommand' ? await evaluate(node.expression.expression, this.arithmetic) : 0;
      return this.variables.element(element[1], index);
    }
    switch (name) {
      case '?':
        return String(this.status);
      case '$':
        return String(this.process.pid);
      case '!':
        return this.lastJob === undefined ? '' : String(this.lastJob);
      case '#':
        return String(positional.length);
      case '@':
      case '*':
        return positional.join(' ');
      case '-':
        return this.options.errexit ? 'e' : '';
      case 'RANDOM':
        return String(this.process.machine.random.int(32768));
      case 'SECONDS':
        return String(Math.floor((this.process.machine.clock.now() - this.process.startedAt) / 1000));
      case 'PPID':
        return String(this.process.parent?.pid ?? 0);
      case 'UID':
      case 'EUID':
        return String(this.process.credentials.uid);
      case 'PWD':
        return this.process.cwd;
      case 'HOSTNAME':
        return this.variables.get(name) ?? this.process.machine.hostname;
      default:
        return this.variables.get(name);
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
