import { evaluate } from './arithmetic.js';
import { foreground } from './children.js';
import { conditionHolds } from './conditional.js';
import { LoopControl } from './control.js';
import { matchesPattern } from './pattern.js';
import type { Shell } from './shell.js';
import type { CompoundCommand, Statement } from './syntax.js';

/** Runs what has commands within: loops, conditions, groups. */
export async function compound(shell: Shell, command: CompoundCommand): Promise<number> {
  switch (command.type) {
    case 'Group':
      return await shell.statements(command.body);
    case 'Subshell':
      return (await foreground(shell, [shell.fork(async (copy) => await copy.statements(command.body), shell.descriptors)]))[0] ?? 0;
    case 'If':
      for (const { condition, body } of command.clauses) if (await shell.holds(condition)) return await run(shell, body);
      return command.elseBody === null ? 0 : await run(shell, command.elseBody);
    case 'While':
    case 'Until': {
      const wanted = command.type === 'While';
      return await loop(shell, command.body, async () => (await shell.holds(command.condition)) === wanted);
    }
    case 'For': {
      const words = command.words === null ? [...shell.variables.positional] : await shell.expander.words(command.words);
      let next = 0;
      return await loop(shell, command.body, () => {
        const word = words[next++];
        if (word !== undefined) shell.variables.set(command.variable, word);
        return Promise.resolve(word !== undefined);
      });
    }
    case 'CStyleFor': {
      if (command.init !== null) await evaluate(command.init.expression, shell.arithmetic);
      let first = true;
      return await loop(shell, command.body, async () => {
        if (!first && command.update !== null) await evaluate(command.update.expression, shell.arithmetic);
        first = false;
        return command.condition === null || (await evaluate(command.condition.expression, shell.arithmetic)) !== 0;
      });
    }
    case 'Case':
      return await caseOf(shell, command);
    case 'ArithmeticCommand':
      return (await evaluate(command.expression.expression, shell.arithmetic)) === 0 ? 1 : 0;
    case 'ConditionalCommand':
      return (await conditionHolds(shell, command.expression)) ? 0 : 1;
  }
}

async function run(shell: Shell, list: readonly Statement[]): Promise<number> {
  shell.status = 0;
  return await shell.statements(list);
}

async function loop(shell: Shell, list: readonly Statement[], next: () => Promise<boolean>): Promise<number> {
  let status = 0;
  while (await next()) {
    await shell.process.step();
    try {
      status = await run(shell, list);
    } catch (error) {
      if (!(error instanceof LoopControl)) throw error;
      if (error.levels > 1) throw new LoopControl(error.kind, error.levels - 1);
      status = 0;
      if (error.kind === 'break') break;
    }
  }
  return status;
}

async function caseOf(shell: Shell, command: Extract<CompoundCommand, { type: 'Case' }>): Promise<number> {
  const text = await shell.expander.text(command.word);
  let falls = false;
  let status = 0;
  for (const { patterns, body, terminator } of command.items) {
    let matches = falls;
    for (const pattern of patterns) matches ||= matchesPattern(await shell.expander.pattern(pattern), text);
    if (!matches) continue;
    status = await run(shell, body);
    if (terminator === ';;') break;
    falls = terminator === ';&';
  }
  return status;
}
