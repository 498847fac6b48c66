const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };

/** Decimal digits that any int64 holds. */
const INT64_DIGITS = 18;
const MAX_INT64 = 2n ** 63n - 1n;
const WORD = 2n ** 64n - 1n;

/** The parts of a quantity in canonical form, which has no fraction. */
interface Parts {
  readonly isPositive: boolean;
  readonly digits: string;
  readonly exponent: number;
  readonly format: 'DecimalSI' | 'BinarySI' | 'DecimalExponent';
}

/** Go's zero Quantity. */
const ZERO = dump({});

/** The inside of Go's resource.Quantity after it was parsed from its canonical text (Go: resource.ParseQuantity). */
export function dumpQuantity(text: string | undefined): string {
  if (text === undefined) return ZERO;
  if (text === '0') return dump({ format: 'DecimalSI', text });
  const { isPositive, digits, exponent, format } = partsOf(text);
  const isBinary = format === 'BinarySI';
  const precision = isBinary ? 15 - digits.length - Math.trunc(Math.fround(exponent * 3) / 10) - 1 : INT64_DIGITS - digits.length;
  const value = BigInt(digits);
  const sign = isPositive ? 1n : -1n;
  const amount = isBinary ? value * 2n ** BigInt(exponent) : value;
  const scale = isBinary ? 0 : exponent;
  if (precision < 0 || scale < -9 || amount > MAX_INT64) return dump({ decimal: decimalOf(sign * amount, scale), format });
  const isKept = isBinary
    ? exponent % 10 === 0 && (value & 7n) !== 0n
    : scale % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0');
  return dump({ value: String(sign * amount), scale, format, text: isKept ? text : '' });
}

function partsOf(text: string): Parts {
  const found = /^(-?)0*(\d+)(.*)$/.exec(text);
  const [, sign = '', digits = '0', suffix = ''] = found ?? [];
  const isPositive = sign === '';
  const decimal = DECIMAL[suffix];
  if (decimal !== undefined) return { isPositive, digits, exponent: decimal, format: 'DecimalSI' };
  const binary = BINARY[suffix];
  if (binary !== undefined) return { isPositive, digits, exponent: binary, format: 'BinarySI' };
  return { isPositive, digits, exponent: Number(suffix.slice(1)), format: 'DecimalExponent' };
}

/** What is beyond int64 is kept as an arbitrary decimal, brought to nine places. */
function decimalOf(amount: bigint, scale: number): string {
  const unscaled = amount * 10n ** BigInt(scale + 9);
  const words: string[] = [];
  for (let rest = unscaled < 0n ? -unscaled : unscaled; rest > 0n; rest >>= 64n) words.push(String(rest & WORD));
  return `{unscaled:(big.Int){neg:(bool)${String(unscaled < 0n)} abs:(big.nat)[${words.join(' ')}]} scale:(inf.Scale)9}`;
}

function dump({
  value = '0',
  scale = 0,
  decimal = '<nil>',
  text = '',
  format = '',
}: {
  readonly value?: string;
  readonly scale?: number;
  readonly decimal?: string;
  readonly text?: string;
  readonly format?: string;
}): string {
  const amount = `{value:(int64)${value} scale:(resource.Scale)${String(scale)}}`;
  return `{i:(resource.int64Amount)${amount} d:(resource.infDecAmount){Dec:(*inf.Dec)${decimal}} s:(string)${text} Format:(resource.Format)${format}}`;
}
