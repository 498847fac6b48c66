import type { Process } from '../process/process.js';
import { parseArguments } from './arguments.js';
import { untilStopped } from './image-server.js';

/** Digits that bpi gives at the most: their price grows with the square, and the host pays it. */
const MAX_DIGITS = 10_000;

/** Options of perl, python, node, ruby and php before a program's text. */
const WITH_TEXT = ['e', 'c', 'E', 'r', 'p', 'eval', 'print'];
/** Options that take a value besides. */
const WITH_VALUE = ['M', 'I', 'm', 'W', 'X'];

/**
 * Stands in for the languages' programs, which nobody runs here: a text on the
 * command line that prints one literal does so, and perl knows pi, as the
 * tutorial on Jobs asks; other texts end well, and scripts stay and do nothing.
 */
export async function interpreter(process: Process): Promise<number> {
  const args = process.argv.slice(1);
  if (args.some((arg) => arg === '--version' || arg === '-V' || arg === '-version')) {
    await process.write(`${process.name} (simulated)\n`);
    return 0;
  }
  const at = args.findIndex(
    (arg) => WITH_TEXT.some((option) => arg === `-${option}` || arg === `--${option}`) || /^-[a-zA-Z]*[ecr]$/.test(arg),
  );
  const text = at === -1 ? undefined : args[at + 1];
  if (text === undefined) {
    const { rest } = parseArguments(args, WITH_VALUE);
    // Without a script they read one, and an empty one is over soon.
    return rest.length === 0 ? await readToEnd(process) : await untilStopped(process, { stopCode: 143 });
  }
  const digits = args.includes('-Mbignum=bpi') ? /^print bpi\((\d+)\)$/.exec(text.trim()) : null;
  const printed = digits === null ? literalOf(text) : pi(Number(digits[1]));
  if (printed !== undefined) await process.write(`${printed}\n`);
  return 0;
}

async function readToEnd(process: Process): Promise<number> {
  while ((await process.read()) !== undefined);
  return 0;
}

/** The literal that a program prints, if that is all it does. */
function literalOf(text: string): string | undefined {
  const [, double, single] = /^\s*(?:print|puts|echo|say|console\.log)[\s(]*(?:"([^"\\$]*)"|'([^'\\]*)')[\s);]*$/.exec(text) ?? [];
  return double ?? single;
}

/** The first digits of pi, by Machin's formula. Throws a RangeError for more than it will work out. */
function pi(digits: number): string {
  if (digits > MAX_DIGITS) throw new RangeError(`more than ${String(MAX_DIGITS)} digits take too long here`);
  const guard = 10;
  const one = 10n ** BigInt(digits + guard);
  const arctanOfInverse = (x: bigint): bigint => {
    let [sum, term] = [0n, one / x];
    for (let n = 1n; term !== 0n; n += 2n, term = -term / (x * x)) sum += term / n;
    return sum;
  };
  const text = String(4n * (4n * arctanOfInverse(5n) - arctanOfInverse(239n)));
  return digits <= 1 ? '3' : `3.${text.slice(1, digits)}`;
}
