import { asGiven } from '../schema/given-empty.js';

/**
 * Refused values as the real server prints them: its internal types have no
 * JSON names, so whole structs appear with Go's field names, in Go's order and
 * with zero values.
 *
 * A struct is described by its fields, separated by blanks:
 *
 * - `Name`: a string, '' when absent; `Name!` a boolean; `Name#` a number;
 *   `Name~` a quantity, "0" when absent; `Name*` null when absent (pointers, lists, maps);
 * - `Ports*:ContainerPort`: one or a list of another struct; without `*` a struct that is always there;
 * - `TTY=tty`: the name in JSON, where it is not Go's with a small first letter;
 * - `...Other`: the fields of another struct, embedded; `...@metadata` those of a value printed as it is.
 */
export type GoStructs = Readonly<Record<string, string>>;

type Zero = '' | 0 | false | null | '0';

interface GoField {
  readonly go: string;
  readonly json: string;
  readonly zero: Zero;
  /** The struct of the value (or of a list's items), if it is one. */
  readonly struct: string | undefined;
  readonly form: 'field' | 'embedded' | 'inline';
}

/** Prints values of the described structs; descriptions are read on first use. */
export class GoPrinter {
  private readonly parsed = new Map<string, readonly GoField[]>();

  constructor(private readonly structs: GoStructs) {}

  /** A struct, or a list of them; null if there is none. */
  print(struct: string, value: unknown): unknown {
    if (value === undefined || value === null) return null;
    if (Array.isArray(value)) return value.map((item) => this.print(struct, item));
    const out: Record<string, unknown> = {};
    this.fill(out, struct, value as Readonly<Record<string, unknown>>);
    return out;
  }

  private fill(out: Record<string, unknown>, struct: string, source: Readonly<Record<string, unknown>>): void {
    for (const { go, json, zero, struct: below, form } of this.fieldsOf(struct)) {
      if (form === 'embedded') this.fill(out, go, source);
      else if (form === 'inline') Object.assign(out, source[json]);
      else if (below === undefined) out[go] = source[json] ?? (zero === null ? asGiven(source, json) : zero);
      else out[go] = this.print(below, source[json] ?? (zero === null ? asGiven(source, json) : {}));
    }
  }

  private fieldsOf(struct: string): readonly GoField[] {
    let fields = this.parsed.get(struct);
    if (fields === undefined) {
      fields = (this.structs[struct] ?? '').split(' ').map(parseField);
      this.parsed.set(struct, fields);
    }
    return fields;
  }
}

const ZEROS: Readonly<Record<string, Zero>> = { '*': null, '#': 0, '!': false, '~': '0' };

function parseField(text: string): GoField {
  if (text.startsWith('...@')) return { go: '', json: text.slice(4), zero: null, struct: undefined, form: 'inline' };
  if (text.startsWith('...')) return { go: text.slice(3), json: '', zero: null, struct: undefined, form: 'embedded' };
  const [head = '', struct] = text.split(':');
  const mark = ZEROS[head.at(-1) ?? ''];
  const [go = '', json = go.charAt(0).toLowerCase() + go.slice(1)] = (mark === undefined ? head : head.slice(0, -1)).split('=');
  return { go, json, zero: mark === undefined ? '' : mark, struct, form: 'field' };
}
