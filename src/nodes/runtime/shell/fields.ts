import { OutOfMemory } from '../process/bytes.js';

/** A stretch of a word: what was quoted is neither split nor a pattern. */
export interface Piece {
  readonly text: string;
  readonly quoted: boolean;
}

/** Bytes that expansion may make of one command. */
const MAX_EXPANSION = 4 * 1024 * 1024;

/** Collects the fields that a word expands to. */
export class Fields {
  private readonly done: Piece[][] = [];
  private current: Piece[] | undefined;
  private size = 0;

  /** @param separators the value of IFS */
  constructor(private readonly separators: string) {}

  add(text: string, quoted: boolean): void {
    this.size += text.length;
    if (this.size > MAX_EXPANSION) throw new OutOfMemory();
    this.current ??= [];
    if (text !== '' || quoted) this.current.push({ text, quoted });
  }

  /** Adds the result of an unquoted expansion, split at separators. */
  addSplit(text: string): void {
    if (this.separators === '') {
      if (text !== '') this.add(text, false);
      return;
    }
    const blanks = [...this.separators].filter((c) => ' \t\n'.includes(c)).join('');
    let word = '';
    const flush = (): void => {
      if (word !== '') this.add(word, false);
      word = '';
    };
    for (let i = 0; i < text.length; i++) {
      const c = text.charAt(i);
      if (!this.separators.includes(c)) {
        word += c;
        continue;
      }
      flush();
      if (blanks.includes(c)) {
        if (this.current !== undefined) this.end();
        continue;
      }
      // Two separators that aren't blank enclose an empty field.
      this.current ??= [{ text: '', quoted: true }];
      this.end();
    }
    flush();
  }

  /** The next addition begins another field. */
  end(): void {
    if (this.current !== undefined && this.current.length > 0) this.done.push(this.current);
    this.current = undefined;
  }

  finish(): readonly (readonly Piece[])[] {
    this.end();
    return this.done;
  }
}
