import { parseAddress } from '../../../apimachinery/ip.js';

/** One RFC 5322 address such as `a@b.c`, `"A B" <a@b.c>` or a group of one (Go: mail.ParseAddress). */
export function isEmail(text: string): boolean {
  const reader = new AddressReader(text);
  return reader.address(true) === 1 && reader.skipComments() && reader.isAtEnd;
}

const SPECIALS = '()<>[]:;@\\,"';

function isAtomCharacter(c: string): boolean {
  return isVisible(c) && !SPECIALS.includes(c);
}

/** Printable ASCII or anything beyond ASCII. */
function isVisible(c: string): boolean {
  return (c >= '!' && c <= '~') || c >= '\u0080';
}

class AddressReader {
  private at = 0;

  constructor(private readonly text: string) {}

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** Reads a mailbox or a group; the number of mailboxes, or 0 if it is malformed. */
  address(groups: boolean): number {
    this.skipSpace();
    if (this.isAtEnd) return 0;
    if (this.attempt(() => this.addressSpec())) {
      this.skipSpace();
      return this.peek() !== '(' || this.comment() ? 1 : 0;
    }
    if (this.peek() !== '<' && !this.phrase()) return 0;
    this.skipSpace();
    if (groups && this.consume(':')) return this.group();
    return this.consume('<') && this.attempt(() => this.addressSpec()) && this.consume('>') ? 1 : 0;
  }

  /** Skips spaces and comments; false if a comment has no end. */
  skipComments(): boolean {
    this.skipSpace();
    while (this.peek() === '(') {
      if (!this.comment()) return false;
      this.skipSpace();
    }
    return true;
  }

  private group(): number {
    let count = 0;
    this.skipSpace();
    if (this.consume(';')) return 0;
    for (;;) {
      this.skipSpace();
      if (this.address(false) === 0) return 0;
      count++;
      if (!this.skipComments()) return 0;
      if (this.consume(';')) return this.skipComments() ? count : 0;
      if (!this.consume(',')) return 0;
    }
  }

  private addressSpec(): boolean {
    this.skipSpace();
    const local = this.peek() === '"' ? this.quoted() > 0 : this.atom(false);
    if (!local || !this.consume('@')) return false;
    this.skipSpace();
    return this.peek() === '[' ? this.domainLiteral() : this.atom(false);
  }

  private phrase(): boolean {
    let words = 0;
    for (;;) {
      if (words > 0 && !this.skipComments()) return false;
      this.skipSpace();
      if (this.isAtEnd) return words > 0;
      const before = this.at;
      if (this.peek() === '"' ? this.quoted() < 0 : !this.atom(true)) {
        this.at = before;
        return words > 0;
      }
      words++;
    }
  }

  /** Reads a quoted string; its length, or -1 if it is malformed. */
  private quoted(): number {
    let length = 0;
    for (let i = this.at + 1; i < this.text.length; i++, length++) {
      let c = this.text.charAt(i);
      if (c === '"') {
        this.at = i + 1;
        return length;
      }
      if (c === '\\') c = this.text.charAt(++i);
      if (!isVisible(c) && c !== ' ' && c !== '\t') return -1;
    }
    return -1;
  }

  private atom(permissive: boolean): boolean {
    const start = this.at;
    while (!this.isAtEnd && isAtomCharacter(this.text.charAt(this.at))) this.at++;
    const atom = this.text.slice(start, this.at);
    return atom !== '' && (permissive || !(atom.startsWith('.') || atom.includes('..') || atom.endsWith('.')));
  }

  private domainLiteral(): boolean {
    const end = this.text.indexOf(']', this.at);
    if (end === -1) return false;
    const address = parseAddress(this.text.slice(this.at + 1, end));
    this.at = end + 1;
    return address !== undefined && !address.leadingZeros;
  }

  private comment(): boolean {
    let depth = 0;
    for (; !this.isAtEnd; this.at++) {
      const c = this.peek();
      if (c === '\\' && this.at + 1 < this.text.length) this.at++;
      else if (c === '(') depth++;
      else if (c === ')' && --depth === 0) {
        this.at++;
        return true;
      }
    }
    return false;
  }

  private attempt(read: () => boolean): boolean {
    const before = this.at;
    if (read()) return true;
    this.at = before;
    return false;
  }

  private consume(c: string): boolean {
    if (this.peek() !== c) return false;
    this.at++;
    return true;
  }

  private peek(): string {
    return this.text.charAt(this.at);
  }

  private skipSpace(): void {
    while (this.peek() === ' ' || this.peek() === '\t') this.at++;
  }
}
