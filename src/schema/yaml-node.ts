import { MAX_DEPTH } from './json-syntax.js';
import { textError, YamlError, type Mark } from './yaml-error.js';
import { YamlScanner } from './yaml-scanner.js';
import type { Token, TokenType } from './yaml-token.js';

/** A node of the first document. */
export type YamlNode = ScalarNode | CollectionNode | AliasNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly line: number;
  /** In full, empty if none is given. */
  readonly tag: string;
  readonly value: string;
  /** Its type is to be made out from the text. */
  readonly implicit: boolean;
}

export interface CollectionNode {
  readonly kind: 'sequence' | 'mapping';
  readonly line: number;
  readonly tag: string;
  /** Of a mapping, keys and values by turns. */
  readonly children: YamlNode[];
}

export interface AliasNode {
  readonly kind: 'alias';
  readonly line: number;
  readonly name: string;
  readonly target: ScalarNode | CollectionNode;
}

const DEFAULT_TAGS: readonly (readonly [string, string])[] = [
  ['!', '!'],
  ['!!', 'tag:yaml.org,2002:'],
];

/** Parses the first document of a text; undefined if there is none. */
export function parseDocument(text: string): YamlNode | undefined {
  return new DocumentParser(text).parse();
}

/** Parses all documents of a text. */
export function parseDocuments(text: string): YamlNode[] {
  const parser = new DocumentParser(text);
  const documents: YamlNode[] = [];
  for (let node = parser.parse(); node !== undefined; node = parser.parse()) documents.push(node);
  return documents;
}

class DocumentParser {
  private readonly scanner: YamlScanner;
  private anchors = new Map<string, ScalarNode | CollectionNode>();
  private tags = new Map<string, string>();
  private depth = 0;
  private isFirst = true;

  constructor(text: string) {
    this.scanner = new YamlScanner(text);
  }

  /** The next document. */
  parse(): YamlNode | undefined {
    this.anchors = new Map();
    if (!this.isFirst) while (this.is('documentEnd')) this.scanner.next();
    if (this.is('streamEnd')) return undefined;
    const node = this.document();
    if (this.is('documentEnd')) this.scanner.next();
    this.tags = new Map();
    this.isFirst = false;
    return node;
  }

  private is(...types: TokenType[]): boolean {
    return types.includes(this.scanner.peek().type);
  }

  private document(): YamlNode {
    const bare = this.isFirst && !this.is('versionDirective', 'tagDirective', 'documentStart');
    this.directives();
    if (bare) return this.node(true, false);
    if (!this.is('documentStart')) throw textError('parser', 'did not find expected <document start>', this.scanner.peek().start);
    this.scanner.next();
    if (this.is('versionDirective', 'tagDirective', 'documentStart', 'documentEnd', 'streamEnd')) return empty(this.scanner.peek().start);
    return this.node(true, false);
  }

  private directives(): void {
    let versions = 0;
    for (let token = this.scanner.peek(); token.type === 'versionDirective' || token.type === 'tagDirective'; token = this.scanner.peek()) {
      if (token.type === 'versionDirective') {
        if (versions++ > 0) throw textError('parser', 'found duplicate %YAML directive', token.start);
        if (token.value !== '1.1') throw textError('parser', 'found incompatible YAML document', token.start);
      } else {
        if (this.tags.has(token.value)) throw textError('parser', 'found duplicate %TAG directive', token.start);
        this.tags.set(token.value, token.suffix);
      }
      this.scanner.next();
    }
    for (const [handle, prefix] of DEFAULT_TAGS) if (!this.tags.has(handle)) this.tags.set(handle, prefix);
  }

  /** `block`: block collections may begin here; `indentless`: a sequence as far left as its key may, too. */
  private node(block: boolean, indentless: boolean): YamlNode {
    if (++this.depth > MAX_DEPTH) throw new YamlError(`yaml: exceeded max depth of ${String(MAX_DEPTH)}`);
    const node = this.anyNode(block, indentless);
    this.depth--;
    return node;
  }

  private anyNode(block: boolean, indentless: boolean): YamlNode {
    const first = this.scanner.peek();
    if (first.type === 'alias') {
      this.scanner.next();
      const target = this.anchors.get(first.value);
      if (target === undefined) throw new YamlError(`yaml: unknown anchor '${first.value}' referenced`);
      return { kind: 'alias', line: first.start.line, name: first.value, target };
    }
    const { anchor, tag } = this.properties();
    const { line } = first.start;
    const token = this.scanner.peek();
    if (indentless && token.type === 'blockEntry')
      return this.collection('sequence', line, tag, anchor, (children) => {
        this.indentlessSequence(children);
      });
    switch (token.type) {
      case 'scalar':
        this.scanner.next();
        return this.keep(anchor, { kind: 'scalar', line, tag, value: token.value, implicit: (tag === '' && token.plain) || tag === '!' });
      case 'flowSequenceStart':
        return this.collection('sequence', line, tag, anchor, (children) => {
          this.flowSequence(children);
        });
      case 'flowMappingStart':
        return this.collection('mapping', line, tag, anchor, (children) => {
          this.flowMapping(children);
        });
      case 'blockSequenceStart':
        if (block)
          return this.collection('sequence', line, tag, anchor, (children) => {
            this.blockSequence(children);
          });
        break;
      case 'blockMappingStart':
        if (block)
          return this.collection('mapping', line, tag, anchor, (children) => {
            this.blockMapping(children);
          });
        break;
      default:
    }
    if (anchor === '' && tag === '') throw textError('parser', 'did not find expected node content', token.start, first.start);
    return this.keep(anchor, { kind: 'scalar', line, tag, value: '', implicit: tag === '' });
  }

  /** Anchor and tag, in either order. */
  private properties(): { anchor: string; tag: string } {
    let anchor = '';
    let tag: Token | undefined;
    const { start } = this.scanner.peek();
    for (let i = 0; i < 2; i++) {
      if (anchor === '' && this.is('anchor')) anchor = this.scanner.next().value;
      else if (tag === undefined && this.is('tag')) tag = this.scanner.next();
    }
    if (tag === undefined) return { anchor, tag: '' };
    if (tag.value === '') return { anchor, tag: tag.suffix };
    const prefix = this.tags.get(tag.value);
    if (prefix === undefined || prefix + tag.suffix === '') {
      // Needs the token behind the tag first, as it may be at fault itself.
      this.scanner.peek();
      throw textError('parser', 'found undefined tag handle', tag.start, start);
    }
    return { anchor, tag: prefix + tag.suffix };
  }

  private keep<T extends ScalarNode | CollectionNode>(anchor: string, node: T): T {
    if (anchor !== '') this.anchors.set(anchor, node);
    return node;
  }

  /** An anchor is known inside its own collection. */
  private collection(
    kind: 'sequence' | 'mapping',
    line: number,
    tag: string,
    anchor: string,
    fill: (children: YamlNode[]) => void,
  ): CollectionNode {
    const node = this.keep(anchor, { kind, line, tag, children: [] });
    fill(node.children);
    return node;
  }

  private blockSequence(children: YamlNode[]): void {
    const { start } = this.scanner.next();
    for (;;) {
      const token = this.scanner.peek();
      if (token.type === 'blockEntry') {
        this.scanner.next();
        children.push(this.is('blockEntry', 'blockEnd') ? empty(token.end) : this.node(true, false));
      } else if (token.type === 'blockEnd') {
        this.scanner.next();
        return;
      } else throw textError('parser', "did not find expected '-' indicator", token.start, start);
    }
  }

  private indentlessSequence(children: YamlNode[]): void {
    for (let token = this.scanner.peek(); token.type === 'blockEntry'; token = this.scanner.peek()) {
      this.scanner.next();
      children.push(this.is('blockEntry', 'key', 'value', 'blockEnd') ? empty(token.end) : this.node(true, false));
    }
  }

  private blockMapping(children: YamlNode[]): void {
    const { start } = this.scanner.next();
    for (;;) {
      const token = this.scanner.peek();
      if (token.type === 'blockEnd') {
        this.scanner.next();
        return;
      }
      if (token.type !== 'key') throw textError('parser', 'did not find expected key', token.start, start);
      this.scanner.next();
      children.push(this.is('key', 'value', 'blockEnd') ? empty(token.end) : this.node(true, true));
      children.push(this.blockValue());
    }
  }

  private blockValue(): YamlNode {
    const token = this.scanner.peek();
    if (token.type !== 'value') return empty(token.start);
    this.scanner.next();
    return this.is('key', 'value', 'blockEnd') ? empty(token.end) : this.node(true, true);
  }

  private flowSequence(children: YamlNode[]): void {
    const { start } = this.scanner.next();
    for (let first = true; !this.is('flowSequenceEnd'); first = false) {
      if (!first) {
        this.comma("did not find expected ',' or ']'", start);
        if (this.is('flowSequenceEnd')) break;
      }
      children.push(this.is('key') ? this.singlePair() : this.node(false, false));
    }
    this.scanner.next();
  }

  /** A mapping of one pair that has no braces, in a flow sequence. */
  private singlePair(): YamlNode {
    const { start } = this.scanner.next();
    const children: YamlNode[] = [];
    const token = this.scanner.peek();
    if (this.is('value', 'flowEntry', 'flowSequenceEnd')) {
      // What stands in the key's place is passed over.
      this.scanner.next();
      children.push(empty(token.end));
    } else children.push(this.node(false, false));
    children.push(this.flowValue('flowSequenceEnd'));
    return { kind: 'mapping', line: start.line, tag: '', children };
  }

  private flowMapping(children: YamlNode[]): void {
    const { start } = this.scanner.next();
    for (let first = true; !this.is('flowMappingEnd'); first = false) {
      if (!first) {
        this.comma("did not find expected ',' or '}'", start);
        if (this.is('flowMappingEnd')) break;
      }
      if (this.is('key')) {
        this.scanner.next();
        children.push(this.is('value', 'flowEntry', 'flowMappingEnd') ? empty(this.scanner.peek().start) : this.node(false, false));
        children.push(this.flowValue('flowMappingEnd'));
      } else {
        children.push(this.node(false, false));
        children.push(empty(this.scanner.peek().start));
      }
    }
    this.scanner.next();
  }

  private comma(problem: string, context: Mark): void {
    const token = this.scanner.peek();
    if (token.type !== 'flowEntry') throw textError('parser', problem, token.start, context);
    this.scanner.next();
  }

  private flowValue(end: TokenType): YamlNode {
    const token = this.scanner.peek();
    if (token.type !== 'value') return empty(token.start);
    this.scanner.next();
    if (this.is('flowEntry', end)) return empty(this.scanner.peek().start);
    return this.node(false, false);
  }
}

/** A node that isn't there; it is null. */
function empty(mark: Mark): ScalarNode {
  return { kind: 'scalar', line: mark.line, tag: '', value: '', implicit: true };
}
