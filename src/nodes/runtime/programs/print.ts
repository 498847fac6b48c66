/** What `echo` prints. */
export function echo(args: readonly string[]): string {
  let newline = true;
  let escapes = false;
  let at = 0;
  for (; /^-[neE]+$/.test(args[at] ?? ''); at++) {
    const flags = args[at] ?? '';
    if (flags.includes('n')) newline = false;
    if (flags.includes('e')) escapes = true;
    if (flags.includes('E')) escapes = false;
  }
  const text = args.slice(at).join(' ');
  const { text: out, stops } = escapes ? unescape(text) : { text, stops: false };
  return newline && !stops ? `${out}\n` : out;
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

function unescape(text: string): { readonly text: string; readonly stops: boolean } {
  let out = '';
  for (let i = 0; i < text.length; i++) {
    if (text.charAt(i) !== '\\' || i + 1 >= text.length) {
      out += text.charAt(i);
      continue;
    }
    const c = text.charAt(++i);
    if (c === 'c') return { text: out, stops: true };
    const octal = /^0?[0-7]{1,3}/.exec(text.slice(i, i + 4))?.[0];
    const hex = /^x[0-9a-fA-F]{1,2}/.exec(text.slice(i, i + 3))?.[0];
    if (octal !== undefined) {
      out += String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      i += octal.length - 1;
    } else if (hex !== undefined) {
      out += String.fromCharCode(Number.parseInt(hex.slice(1), 16));
      i += hex.length - 1;
    } else out += ESCAPES[c] ?? `\\${c}`;
  }
  return { text: out, stops: false };
}

const SPEC = /%(%|([-+ 0#]*)(\*|\d+)?(?:\.(\d+))?([sdiuoxXcbqfeEgG]))/g;
/** Columns that a format may ask for. */
const MAX_WIDTH = 10_000;

/** What `printf` prints; the format is used again as long as arguments are left. */
export function printf(args: readonly string[]): string {
  const [format = '', ...values] = args[0] === '--' ? args.slice(1) : args;
  let out = '';
  let next = 0;
  do {
    const before = next;
    out += unescape(format.replace(SPEC, '\0$1\0'))
      .text.split('\0')
      .map((piece, index) => {
        if (index % 2 === 0) return piece;
        if (piece === '%') return '%';
        const match = /^([-+ 0#]*)(\*|\d+)?(?:\.(\d+))?([sdiuoxXcbqfeEgG])$/.exec(piece);
        if (match === null) return piece;
        const [, flags = '', width, precision, type = 's'] = match;
        const columns = width === '*' ? Number(values[next++] ?? 0) : Number(width ?? 0);
        return padded(converted(type, values[next++], precision), flags, Math.min(columns, MAX_WIDTH));
      })
      .join('');
    if (next === before) break;
  } while (next < values.length);
  return out;
}

function converted(type: string, value: string | undefined, precision: string | undefined): string {
  const number = (): number => {
    const text = (value ?? '0').trim();
    return /^["']/.test(text) ? text.charCodeAt(1) : Number(text === '' ? 0 : text) || 0;
  };
  switch (type) {
    case 'd':
    case 'i':
    case 'u':
      return String(Math.trunc(number()));
    case 'o':
      return Math.trunc(number()).toString(8);
    case 'x':
      return Math.trunc(number()).toString(16);
    case 'X':
      return Math.trunc(number()).toString(16).toUpperCase();
    case 'c':
      return (value ?? '').charAt(0);
    case 'b':
      return unescape(value ?? '').text;
    case 'q':
      return `'${(value ?? '').replaceAll("'", String.raw`'\''`)}'`;
    case 'f':
      return number().toFixed(Math.min(Number(precision ?? 6), 100));
    case 'e':
    case 'E':
    case 'g':
    case 'G':
      return String(number());
    default:
      return precision === undefined ? (value ?? '') : (value ?? '').slice(0, Number(precision));
  }
}

function padded(text: string, flags: string, width: number): string {
  if (flags.includes('-')) return text.padEnd(width);
  if (flags.includes('0')) return text.startsWith('-') ? `-${text.slice(1).padStart(width - 1, '0')}` : text.padStart(width, '0');
  return text.padStart(width);
}
