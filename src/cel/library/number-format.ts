/** Numbers as golang.org/x/text prints them in English: with commas, and powers of ten written out. */

/** Rounded to so many decimals, ties to even, with commas between groups of three digits. */
export function fixedPoint(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return special(value);
  const [whole = '', fraction] = exactFixed(Math.abs(value), decimals).split('.');
  const grouped = whole.replace(/\B(?=(?:[0-9]{3})+$)/g, ',');
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  return sign + grouped + (fraction === undefined ? '' : `.${fraction}`);
}

function special(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value < 0 ? '-∞' : '∞';
}

/** The decimals of a double's exact value, rounded half to even. */
function exactFixed(value: number, decimals: number): string {
  const { mantissa, exponent } = parts(value);
  let scaled = mantissa * 10n ** BigInt(decimals);
  if (exponent >= 0) scaled <<= BigInt(exponent);
  else {
    const unit = 1n << BigInt(-exponent);
    const rest = scaled % unit;
    scaled /= unit;
    if (rest * 2n > unit || (rest * 2n === unit && scaled % 2n === 1n)) scaled += 1n;
  }
  const digits = scaled.toString().padStart(decimals + 1, '0');
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

const view = new DataView(new ArrayBuffer(8));

/** value = mantissa × 2^exponent, for values that aren't negative. */
function parts(value: number): { mantissa: bigint; exponent: number } {
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & ((1n << 52n) - 1n);
  return biased === 0 ? { mantissa: fraction, exponent: -1074 } : { mantissa: fraction | (1n << 52n), exponent: biased - 1075 };
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** `1.234568×10⁰⁴`: always six decimals. */
export function scientific(value: number): string {
  if (!Number.isFinite(value)) return special(value);
  const [mantissa = '', exponent = ''] = value.toExponential(6).split('e');
  const digits = exponent.slice(1).padStart(2, '0');
  const raised = Array.from(digits, (digit) => SUPERSCRIPTS[Number(digit)] ?? '').join('');
  return `${mantissa}×10${exponent.startsWith('-') ? '⁻' : ''}${raised}`;
}
