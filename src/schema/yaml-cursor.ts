import { textError, type Mark, type YamlError } from './yaml-error.js';
import { END, isBlank, isBreak, isBreakOrEnd } from './yaml-token.js';

/** A place in a text, with its line and column. */
export class YamlCursor {
  private at = 0;
  private lineNumber = 0;
  private columnNumber = 0;

  constructor(private readonly text: string) {}

  get line(): number {
    return this.lineNumber;
  }

  get column(): number {
    return this.columnNumber;
  }

  get index(): number {
    return this.at;
  }

  get mark(): Mark {
    return { line: this.lineNumber, column: this.columnNumber, index: this.at };
  }

  /** The character `ahead` of the cursor, or END. */
  peek(ahead = 0): number {
    const at = this.at + ahead;
    return at < this.text.length ? this.text.charCodeAt(at) : END;
  }

  /** Passes characters that are no line breaks. */
  skip(count = 1): void {
    this.at += count;
    this.columnNumber += count;
  }

  /** Passes a line break, if there is one. */
  skipLine(): void {
    this.readLine();
  }

  /** Passes a line break and returns it normalised: a line feed, or the two separators of Unicode as they are. */
  readLine(): string {
    const c = this.peek();
    if (!isBreak(c)) return '';
    this.at += c === 0x0d && this.peek(1) === 0x0a ? 2 : 1;
    this.lineNumber++;
    this.columnNumber = 0;
    return c === 0x2028 || c === 0x2029 ? String.fromCharCode(c) : '\n';
  }

  /** The end of the text counts as the beginning of a line. */
  breakAtEnd(): void {
    if (this.columnNumber === 0) return;
    this.columnNumber = 0;
    this.lineNumber++;
  }

  /** The text since an index. */
  since(index: number): string {
    return this.text.slice(index, this.at);
  }

  skipBlanks(): void {
    while (isBlank(this.peek())) this.skip();
  }

  /** Passes a comment up to the end of its line. */
  skipComment(): void {
    if (this.peek() !== 0x23) return;
    while (!isBreakOrEnd(this.peek())) this.skip();
  }

  /** `---` or `...` at the beginning of a line, and a gap behind it. */
  atDocumentMark(mark: '-' | '.'): boolean {
    const c = mark.charCodeAt(0);
    const after = this.peek(3);
    return (
      this.columnNumber === 0 && this.peek() === c && this.peek(1) === c && this.peek(2) === c && (isBlank(after) || isBreakOrEnd(after))
    );
  }

  fault(problem: string, context?: Mark): YamlError {
    return textError('scanner', problem, this.mark, context);
  }
}
