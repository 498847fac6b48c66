import { evaluate } from './arithmetic.js';
import { Fields, type Piece } from './fields.js';
import { expandGlob } from './glob.js';
import { isPattern, quotePattern, removePattern, replacePattern } from './pattern.js';
import { substitute } from './children.js';
import { assign, parameterOf } from './parameters.js';
import type { Shell } from './shell.js';
import { parse, type ParameterExpansion, type ParameterOperation, type Script, type Word, type WordPart } from './syntax.js';

/** Words that a brace expansion may make. */
const MAX_BRACES = 10_000;

/** Expands words: braces, tilde, parameters, commands, arithmetic, fields, paths (POSIX 2.6 and what bash adds). */
export class Expander {
  constructor(private readonly shell: Shell) {}

  /** The arguments that words become. */
  async words(words: readonly Word[]): Promise<string[]> {
    const found: string[] = [];
    for (const word of words) {
      for (const alternative of braces(word.parts)) {
        const fields = new Fields(this.shell.variables.get('IFS') ?? ' \t\n');
        await this.parts(alternative, fields, false);
        for (const field of fields.finish()) found.push(...this.paths(field));
      }
    }
    return found;
  }

  /** One text: neither split nor matched with paths. */
  async text(word: Word | null): Promise<string> {
    return word === null ? '' : joined(await this.unsplit(word));
  }

  /** A pattern; what was quoted stands for itself. */
  async pattern(word: Word | null): Promise<string> {
    if (word === null) return '';
    return (await this.unsplit(word)).map(({ text, quoted }) => (quoted ? quotePattern(text) : text)).join('');
  }

  private async unsplit(word: Word): Promise<readonly Piece[]> {
    const fields = new Fields('');
    await this.parts(word.parts, fields, false);
    // "$@" makes several fields; here they are one text.
    return fields.finish().flatMap((field, index) => (index === 0 ? field : [{ text: ' ', quoted: true }, ...field]));
  }

  private paths(field: readonly Piece[]): string[] {
    const plain = joined(field);
    if (this.shell.options.noglob || !field.some(({ text, quoted }) => !quoted && /[*?[]/.test(text))) return [plain];
    const pattern = field.map(({ text, quoted }) => (quoted ? quotePattern(text) : text)).join('');
    if (!isPattern(pattern)) return [plain];
    const { process } = this.shell;
    const found = expandGlob(process.fs, pattern, (path) => process.resolve(path));
    return found.length === 0 ? [plain] : found;
  }

  private async parts(parts: readonly WordPart[], fields: Fields, quoted: boolean): Promise<void> {
    for (const part of parts) await this.part(part, fields, quoted);
  }

  private async part(part: WordPart, fields: Fields, quoted: boolean): Promise<void> {
    switch (part.type) {
      case 'Literal':
        fields.add(part.value, quoted);
        return;
      case 'SingleQuoted':
      case 'Escaped':
        fields.add(part.value, true);
        return;
      case 'DoubleQuoted':
        if (part.parts.length === 0) fields.add('', true);
        await this.parts(part.parts, fields, true);
        return;
      case 'Glob':
        fields.add(part.pattern, quoted);
        return;
      case 'TildeExpansion':
        fields.add(part.user === null || part.user === 'root' ? (this.shell.variables.get('HOME') ?? '/root') : `~${part.user}`, true);
        return;
      case 'ArithmeticExpansion':
        this.value(String(await evaluate(part.expression.expression, this.shell.arithmetic)), fields, quoted);
        return;
      case 'CommandSubstitution':
        this.value(await substitute(this.shell, part.body), fields, quoted);
        return;
      case 'ParameterExpansion':
        await this.parameter(part, fields, quoted);
        return;
      case 'ProcessSubstitution':
        throw new Error('process substitution is not supported');
      case 'BraceExpansion':
        for (const item of part.items) if (item.type === 'Word') await this.parts(item.word.parts, fields, quoted);
        return;
    }
  }

  private value(text: string, fields: Fields, quoted: boolean): void {
    if (quoted) fields.add(text, true);
    else fields.addSplit(text);
  }

  private async parameter(part: ParameterExpansion, fields: Fields, quoted: boolean): Promise<void> {
    const { parameter, operation } = part;
    const list = this.listOf(parameter);
    if (list !== undefined && operation === null) {
      this.list(list, parameter.includes('*'), fields, quoted);
      return;
    }
    if (operation !== null) {
      await this.operation(parameter, operation, fields, quoted);
      return;
    }
    const value = await parameterOf(this.shell, parameter);
    if (value === undefined && this.shell.options.nounset) throw new Error(`${parameter}: unbound variable`);
    this.value(value ?? '', fields, quoted);
  }

  /** `@`, `*`, `name[@]`, `name[*]`. */
  private listOf(parameter: string): readonly string[] | undefined {
    const { variables } = this.shell;
    if (parameter === '@' || parameter === '*') return variables.positional;
    const match = /^([A-Za-z_]\w*)\[[@*]\]$/.exec(parameter);
    return match?.[1] === undefined ? undefined : variables.list(match[1]);
  }

  private list(values: readonly string[], asOne: boolean, fields: Fields, quoted: boolean): void {
    if (quoted && asOne) {
      const separators = this.shell.variables.get('IFS') ?? ' ';
      fields.add(values.join(separators.charAt(0)), true);
      return;
    }
    for (const [index, value] of values.entries()) {
      if (index > 0) fields.end();
      this.value(value, fields, quoted);
    }
  }

  private async operation(parameter: string, operation: ParameterOperation, fields: Fields, quoted: boolean): Promise<void> {
    const list = this.listOf(parameter);
    const value = list === undefined ? await parameterOf(this.shell, parameter) : list.length === 0 ? undefined : list.join(' ');
    const missing = (checkEmpty: boolean): boolean => value === undefined || (checkEmpty && value === '');
    switch (operation.type) {
      case 'DefaultValue':
        if (missing(operation.checkEmpty)) await this.parts(operation.word.parts, fields, quoted);
        else if (list !== undefined) this.list(list, parameter === '*', fields, quoted);
        else this.value(value ?? '', fields, quoted);
        return;
      case 'AssignDefault':
        if (missing(operation.checkEmpty)) {
          const text = await this.text(operation.word);
          assign(this.shell, parameter, text);
          this.value(text, fields, quoted);
        } else this.value(value ?? '', fields, quoted);
        return;
      case 'ErrorIfUnset':
        if (missing(operation.checkEmpty))
          throw new Error(`${parameter}: ${operation.word === null ? 'parameter null or not set' : await this.text(operation.word)}`);
        this.value(value ?? '', fields, quoted);
        return;
      case 'UseAlternative':
        if (!missing(operation.checkEmpty)) await this.parts(operation.word.parts, fields, quoted);
        return;
      case 'Length':
        fields.add(String(list === undefined ? [...(value ?? '')].length : list.length), true);
        return;
      case 'Indirection':
        this.value((await parameterOf(this.shell, value ?? '')) ?? '', fields, quoted);
        return;
      case 'BadSubstitution':
        throw new Error(`${operation.text}: bad substitution`);
      default:
        this.value(await this.transformed(value ?? '', operation), fields, quoted);
    }
  }

  private async transformed(value: string, operation: ParameterOperation): Promise<string> {
    switch (operation.type) {
      case 'Substring': {
        const chars = [...value];
        const offset = await evaluate(operation.offset.expression, this.shell.arithmetic);
        const from = offset < 0 ? Math.max(0, chars.length + offset) : offset;
        if (operation.length === null) return chars.slice(from).join('');
        const length = await evaluate(operation.length.expression, this.shell.arithmetic);
        return chars.slice(from, length < 0 ? chars.length + length : from + length).join('');
      }
      case 'PatternRemoval':
        return removePattern(value, await this.pattern(operation.pattern), operation.side, operation.greedy);
      case 'PatternReplacement':
        return replacePattern(
          value,
          await this.pattern(operation.pattern),
          await this.text(operation.replacement),
          operation.all,
          operation.anchor,
        );
      case 'CaseModification': {
        const change = (text: string): string => (operation.direction === 'upper' ? text.toUpperCase() : text.toLowerCase());
        return operation.all ? change(value) : change(value.slice(0, 1)) + value.slice(1);
      }
      case 'Transform':
        return operation.operator === 'Q' ? `'${value.replaceAll("'", String.raw`'\''`)}'` : value;
      default:
        return value;
    }
  }

  /** A text with `$…` in it, as within an arithmetic expression. */
  async inner(text: string): Promise<string> {
    const script: Script = parse(`: "${text}"`);
    const command = script.statements[0]?.pipelines[0]?.commands[0];
    return command?.type === 'SimpleCommand' ? await this.text(command.args[0] ?? null) : '';
  }
}

function joined(pieces: readonly Piece[]): string {
  return pieces.map(({ text }) => text).join('');
}

/** Words that a word with `{a,b}` or `{1..3}` stands for. */
function braces(parts: readonly WordPart[]): readonly (readonly WordPart[])[] {
  const at = parts.findIndex(({ type }) => type === 'BraceExpansion');
  const part = parts[at];
  if (part?.type !== 'BraceExpansion') return [parts];
  const before = parts.slice(0, at);
  const after = braces(parts.slice(at + 1));
  const middles = part.items.flatMap((item): (readonly WordPart[])[] =>
    item.type === 'Word' ? [...braces(item.word.parts)] : range(item).map((value) => [{ type: 'Literal', value }]),
  );
  if (middles.length * after.length > MAX_BRACES) throw new Error('Argument list too long');
  return middles.flatMap((middle) => after.map((rest) => [...before, ...middle, ...rest]));
}

function range(item: {
  readonly start: string | number;
  readonly end: string | number;
  readonly step?: number;
  readonly startStr?: string;
}): string[] {
  const isText = typeof item.start === 'string' && typeof item.end === 'string';
  const start = isText ? String(item.start).charCodeAt(0) : Number(item.start);
  const end = isText ? String(item.end).charCodeAt(0) : Number(item.end);
  const step = Math.max(1, Math.abs(item.step ?? 1));
  if (Math.abs(end - start) / step > MAX_BRACES) throw new Error('Argument list too long');
  const width = item.startStr?.startsWith('0') === true ? item.startStr.length : 0;
  const found: string[] = [];
  for (let i = start; start <= end ? i <= end : i >= end; i += start <= end ? step : -step)
    found.push(isText ? String.fromCharCode(i) : String(i).padStart(width, '0'));
  return found;
}
