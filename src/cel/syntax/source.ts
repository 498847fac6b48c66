/** What is wrong with an expression, and where. */
export interface Issue {
  /** From 1. */
  readonly line: number;
  /** From 0, in code points. */
  readonly column: number;
  readonly message: string;
}

const MAX_ISSUES = 100;
const MAX_SNIPPET = 16_384;

/** The text of an expression, and how places in it are shown (Go: cel-go/common.Source). */
export class Source {
  readonly codePoints: readonly string[];
  private readonly starts: number[] = [0];

  constructor(readonly text: string) {
    this.codePoints = Array.from(text);
    this.codePoints.forEach((character, i) => {
      if (character === '\n') this.starts.push(i + 1);
    });
  }

  /** The issue's place from an offset in code points; without one it is nowhere (line and column -1). */
  issueAt(offset: number | undefined, message: string): Issue {
    if (offset === undefined) return { line: -1, column: -1, message };
    let line = 1;
    while (line < this.starts.length && (this.starts[line] as number) <= offset) line++;
    return { line, column: offset - (this.starts[line - 1] as number), message };
  }

  /** The offset of a place. */
  offsetOf(line: number, column: number): number {
    return (this.starts[line - 1] ?? 0) + column;
  }

  /** All issues as messages show them, in the order of their places. */
  describe(issues: readonly Issue[]): string {
    const shown = issues.slice(0, MAX_ISSUES).sort((a, b) => a.line - b.line || a.column - b.column);
    const lines = shown.map((issue) => this.describeOne(issue));
    if (issues.length > MAX_ISSUES) lines.push(`${String(issues.length - MAX_ISSUES)} more errors were truncated`);
    return lines.join('\n');
  }

  private describeOne({ line, column, message }: Issue): string {
    // Nothing has no first column, and no line to show.
    const isNothing = this.text === '' && line === 1;
    const head = `ERROR: <input>:${String(line)}:${String(isNothing ? 0 : column + 1)}: ${message}`;
    const text = isNothing ? undefined : this.lineAt(line);
    if (text === undefined || Buffer.byteLength(text) > MAX_SNIPPET) return head;
    const snippet = text.replaceAll('\t', ' ');
    const characters = Array.from(snippet);
    const dots = characters.slice(0, Math.max(column, 0)).map((character) => (isWide(character) ? '．' : '.'));
    const mark = isWide(characters[Math.max(column, 0)] ?? '') ? '＾' : '^';
    return `${head}\n | ${snippet}\n | ${dots.join('')}${mark}`;
  }

  private lineAt(line: number): string | undefined {
    const start = this.starts[line - 1];
    if (start === undefined) return undefined;
    const end = this.starts[line];
    return this.codePoints.slice(start, end === undefined ? undefined : end - 1).join('');
  }
}

function isWide(character: string): boolean {
  return character > '\u007f';
}
