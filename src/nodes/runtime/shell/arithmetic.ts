import type { ArithmeticNode } from './syntax.js';

/** Where an expression finds and leaves its values. */
export interface ArithmeticScope {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
  /** The value of `$name`, `${…}` and `$(…)` within an expression. */
  expand(text: string): Promise<string>;
}

/** Variables that lead to others, at most. */
const MAX_DEPTH = 32;

/** Evaluates `$(( … ))`. Throws an Error whose text a shell prints. */
export async function evaluate(node: ArithmeticNode, scope: ArithmeticScope, depth = 0): Promise<number> {
  const at = (child: ArithmeticNode): Promise<number> => evaluate(child, scope, depth);
  switch (node.type) {
    case 'ArithNumber':
      return node.value;
    case 'ArithVariable':
      return valueOf(scope.get(node.name) ?? '', scope, depth);
    case 'ArithSpecialVar':
      return valueOf(await scope.expand(`$${node.name}`), scope, depth);
    case 'ArithBracedExpansion':
      return valueOf(await scope.expand(`\${${node.content}}`), scope, depth);
    case 'ArithCommandSubst':
      return valueOf(await scope.expand(`$(${node.command})`), scope, depth);
    case 'ArithArrayElement':
      return valueOf(await scope.expand(`\${${node.array}[${String(node.index === undefined ? 0 : await at(node.index))}]}`), scope, depth);
    case 'ArithGroup':
    case 'ArithNested':
      return await at(node.expression);
    case 'ArithSingleQuote':
      return node.value;
    case 'ArithTernary':
      return (await at(node.condition)) !== 0 ? await at(node.consequent) : await at(node.alternate);
    case 'ArithUnary':
      return await unary(node, scope, depth);
    case 'ArithBinary':
      return await binary(node, scope, depth);
    case 'ArithAssignment': {
      const right = await at(node.value);
      const value =
        node.operator === '='
          ? right
          : combine(node.operator.slice(0, -1), await valueOf(scope.get(node.variable) ?? '', scope, depth), right);
      scope.set(node.variable, String(value));
      return value;
    }
    default:
      throw new Error('arithmetic syntax error');
  }
}

async function valueOf(text: string, scope: ArithmeticScope, depth: number): Promise<number> {
  const trimmed = text.trim();
  if (trimmed === '') return 0;
  if (/^[+-]?(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.test(trimmed)) return parseNumber(trimmed);
  if (/^[A-Za-z_]\w*$/.test(trimmed)) {
    if (depth >= MAX_DEPTH) throw new Error('expression recursion level exceeded');
    return await valueOf(scope.get(trimmed) ?? '', scope, depth + 1);
  }
  throw new Error('arithmetic syntax error');
}

function parseNumber(text: string): number {
  const negative = text.startsWith('-');
  const digits = text.replace(/^[+-]/, '');
  const value = /^0[xX]/.test(digits)
    ? Number.parseInt(digits.slice(2), 16)
    : digits.startsWith('0') && digits.length > 1
      ? Number.parseInt(digits, 8)
      : Number(digits);
  return negative ? -value : value;
}

async function unary(node: Extract<ArithmeticNode, { type: 'ArithUnary' }>, scope: ArithmeticScope, depth: number): Promise<number> {
  const value = await evaluate(node.operand, scope, depth);
  switch (node.operator) {
    case '-':
      return -value;
    case '+':
      return value;
    case '!':
      return value === 0 ? 1 : 0;
    case '~':
      return ~value;
    default: {
      if (node.operand.type !== 'ArithVariable') throw new Error('arithmetic syntax error');
      const next = node.operator === '++' ? value + 1 : value - 1;
      scope.set(node.operand.name, String(next));
      return node.prefix ? next : value;
    }
  }
}

async function binary(node: Extract<ArithmeticNode, { type: 'ArithBinary' }>, scope: ArithmeticScope, depth: number): Promise<number> {
  const left = await evaluate(node.left, scope, depth);
  if (node.operator === '&&') return left !== 0 && (await evaluate(node.right, scope, depth)) !== 0 ? 1 : 0;
  if (node.operator === '||') return left !== 0 || (await evaluate(node.right, scope, depth)) !== 0 ? 1 : 0;
  return combine(node.operator, left, await evaluate(node.right, scope, depth));
}

function combine(operator: string, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
    case '%':
      if (right === 0) throw new Error('divide by zero');
      return operator === '/' ? Math.trunc(left / right) : left % right;
    case '**':
      return left ** right;
    case '<<':
      return left * 2 ** right;
    case '>>':
      return Math.floor(left / 2 ** right);
    case '<':
      return Number(left < right);
    case '<=':
      return Number(left <= right);
    case '>':
      return Number(left > right);
    case '>=':
      return Number(left >= right);
    case '==':
      return Number(left === right);
    case '!=':
      return Number(left !== right);
    case '&':
      return Number(BigInt(left) & BigInt(right));
    case '|':
      return Number(BigInt(left) | BigInt(right));
    case '^':
      return Number(BigInt(left) ^ BigInt(right));
    default:
      return right;
  }
}
