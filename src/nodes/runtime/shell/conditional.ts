import { RE2JS } from 're2js';
import { permits } from '../fs/file-system.js';
import { sizeOf, type FsNode } from '../fs/nodes.js';
import type { Process } from '../process/process.js';
import { matchesPattern } from './pattern.js';
import { parameterOf } from './parameters.js';
import type { Shell } from './shell.js';
import type { Condition } from './syntax.js';

/** `[[ … ]]`. */
export async function conditionHolds(shell: Shell, condition: Condition): Promise<boolean> {
  switch (condition.type) {
    case 'CondNot':
      return !(await conditionHolds(shell, condition.operand));
    case 'CondAnd':
      return (await conditionHolds(shell, condition.left)) && (await conditionHolds(shell, condition.right));
    case 'CondOr':
      return (await conditionHolds(shell, condition.left)) || (await conditionHolds(shell, condition.right));
    case 'CondGroup':
      return await conditionHolds(shell, condition.expression);
    case 'CondWord':
      return (await shell.expander.text(condition.word)) !== '';
    case 'CondUnary':
      if (condition.operator === '-v') return (await parameterOf(shell, await shell.expander.text(condition.operand))) !== undefined;
      return unaryHolds(condition.operator, await shell.expander.text(condition.operand), shell.process);
    case 'CondBinary': {
      const left = await shell.expander.text(condition.left);
      if (condition.operator === '=~') return matchesRegularExpression(shell, left, await shell.expander.text(condition.right));
      if (condition.operator === '==' || condition.operator === '=' || condition.operator === '!=')
        return matchesPattern(await shell.expander.pattern(condition.right), left) === (condition.operator !== '!=');
      return binaryHolds(left, condition.operator, await shell.expander.text(condition.right), shell.process);
    }
  }
}

function matchesRegularExpression(shell: Shell, text: string, pattern: string): boolean {
  const matcher = RE2JS.compile(pattern).matcher(text);
  const found = matcher.find();
  const groups: string[] = [];
  if (found) for (let i = 0; i <= matcher.groupCount(); i++) groups.push(matcher.group(i) ?? '');
  shell.variables.set('BASH_REMATCH', groups);
  return found;
}

/** `test` and `[`; throws an Error whose text a shell prints. */
export function testHolds(args: readonly string[], process: Process): boolean {
  const parser = new TestParser(args, process);
  return parser.parse();
}

const BINARY: ReadonlySet<string> = new Set(['=', '==', '!=', '<', '>', '-eq', '-ne', '-lt', '-le', '-gt', '-ge', '-nt', '-ot', '-ef']);
const UNARY = /^-[abcdefghknoprstuwxzGLNOS]$/;

class TestParser {
  private at = 0;

  constructor(
    private readonly args: readonly string[],
    private readonly process: Process,
  ) {}

  parse(): boolean {
    if (this.args.length === 0) return false;
    const result = this.or();
    if (this.at < this.args.length) throw new Error(`${this.args[this.at] ?? ''}: unknown operand`);
    return result;
  }

  private or(): boolean {
    let left = this.and();
    while (this.args[this.at] === '-o') {
      this.at++;
      left = this.and() || left;
    }
    return left;
  }

  private and(): boolean {
    let left = this.not();
    while (this.args[this.at] === '-a') {
      this.at++;
      left = this.not() && left;
    }
    return left;
  }

  private not(): boolean {
    if (this.args[this.at] === '!' && this.at + 1 < this.args.length && !BINARY.has(this.args[this.at + 1] ?? '')) {
      this.at++;
      return !this.not();
    }
    return this.primary();
  }

  private primary(): boolean {
    const first = this.args[this.at] ?? '';
    const operator = this.args[this.at + 1];
    const second = this.args[this.at + 2];
    if (operator !== undefined && second !== undefined && BINARY.has(operator)) {
      this.at += 3;
      return binaryHolds(first, operator, second, this.process);
    }
    if (first === '(' && this.args.length > 1) {
      this.at++;
      const inside = this.or();
      if (this.args[this.at++] !== ')') throw new Error('closing paren expected');
      return inside;
    }
    if (UNARY.test(first) && operator !== undefined && operator !== '-a' && operator !== '-o') {
      this.at += 2;
      return unaryHolds(first, operator, this.process);
    }
    this.at++;
    return first !== '';
  }
}

function integer(text: string): number {
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw new Error(`${text}: integer expression expected`);
  return Number(text);
}

function binaryHolds(left: string, operator: string, right: string, process: Process): boolean {
  const time = (path: string): number => process.fs.tryLookup(process.resolve(path))?.mtime ?? -1;
  switch (operator) {
    case '=':
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '-eq':
      return integer(left) === integer(right);
    case '-ne':
      return integer(left) !== integer(right);
    case '-lt':
      return integer(left) < integer(right);
    case '-le':
      return integer(left) <= integer(right);
    case '-gt':
      return integer(left) > integer(right);
    case '-ge':
      return integer(left) >= integer(right);
    case '-nt':
      return time(left) > time(right);
    case '-ot':
      return time(left) < time(right);
    default: {
      const node = process.fs.tryLookup(process.resolve(left));
      return node !== undefined && node === process.fs.tryLookup(process.resolve(right));
    }
  }
}

function unaryHolds(operator: string, operand: string, process: Process): boolean {
  switch (operator) {
    case '-n':
      return operand !== '';
    case '-z':
      return operand === '';
    case '-t':
      return process.terminal !== undefined;
  }
  const path = process.resolve(operand);
  const isLink = operator === '-h' || operator === '-L';
  const node = operand === '' ? undefined : process.fs.tryLookup(path, !isLink);
  return node !== undefined && nodeHolds(operator, node, process);
}

function nodeHolds(operator: string, node: FsNode, process: Process): boolean {
  switch (operator) {
    case '-f':
      return node.kind === 'file' && node.device === undefined;
    case '-d':
      return node.kind === 'directory';
    case '-h':
    case '-L':
      return node.kind === 'link';
    case '-s':
      return sizeOf(node) > 0;
    case '-r':
      return permits(node, process.credentials, 4);
    case '-w':
      return permits(node, process.credentials, 2);
    case '-x':
      return (node.mode & 0o111) !== 0 && permits(node, process.credentials, 1);
    case '-c':
      return node.kind === 'file' && node.device !== undefined;
    case '-b':
    case '-p':
    case '-S':
      return false;
    case '-O':
      return node.uid === process.credentials.uid;
    case '-G':
      return node.gid === process.credentials.gid;
    default:
      return true;
  }
}
