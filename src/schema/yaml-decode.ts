import type { LiteralValue, NumberLiteral } from './json-literal.js';
import { float32Text, floatText, goSyntax } from './yaml-go-text.js';
import { setOwn } from './set-own.js';
import { compareKeys } from './sort-keys.js';
import { YamlError } from './yaml-error.js';
import type { CollectionNode, ScalarNode, YamlNode } from './yaml-node.js';
import { jsonNumber, resolveScalar, YamlFloat, YamlInteger, type YamlScalar } from './yaml-resolve.js';

export interface DecodedYaml {
  readonly value: LiteralValue;
  /** `line 7: key "k" already set in map`: the faults that strict decoding finds. */
  readonly duplicates: readonly string[];
  /** Holds numbers that are no plain JavaScript numbers. */
  readonly odd: boolean;
}

/**
 * What sigs.k8s.io/yaml makes of a document on its way to JSON: keys become
 * texts and are sorted, aliases are copied, merge keys (`<<`) are filled in. Of
 * repeated keys the last one counts.
 */
export function decodeNode(node: YamlNode): DecodedYaml {
  const decoder = new Decoder();
  const value = decoder.decode(node);
  return { value, duplicates: decoder.duplicates, odd: decoder.odd };
}

/** Entries of a mapping, by kind and text of their keys. */
type Entries = Map<string, { readonly key: YamlScalar; readonly value: LiteralValue }>;

class Decoder {
  readonly duplicates: string[] = [];
  odd = false;
  private readonly open = new Set<YamlNode>();
  private count = 0;
  private aliasCount = 0;
  private aliasDepth = 0;

  decode(node: YamlNode): LiteralValue {
    this.countNode();
    if (node.kind === 'alias') return this.throughAlias(node, () => this.decode(node.target));
    if (node.kind === 'scalar') return this.scalar(node);
    if (node.kind === 'sequence') return node.children.map((child) => this.decode(child));
    return this.object(node);
  }

  /** Aliases may not blow a document up: go-yaml's bounds for what comes from them. */
  private countNode(): void {
    this.count++;
    if (this.aliasDepth > 0) this.aliasCount++;
    if (this.aliasCount > 100 && this.count > 1000 && this.aliasCount / this.count > allowedAliasRatio(this.count)) {
      throw new YamlError('yaml: document contains excessive aliasing');
    }
  }

  private throughAlias<T>(node: YamlNode & { kind: 'alias' }, decode: () => T): T {
    if (this.open.has(node)) throw new YamlError(`yaml: anchor '${node.name}' value contains itself`);
    this.open.add(node);
    this.aliasDepth++;
    const result = decode();
    this.aliasDepth--;
    this.open.delete(node);
    return result;
  }

  private scalar(node: ScalarNode): LiteralValue {
    const value = resolveScalar(node);
    if (!(value instanceof YamlInteger) && !(value instanceof YamlFloat)) return value;
    const number: number | NumberLiteral = jsonNumber(value);
    if (typeof number !== 'number') this.odd = true;
    return number;
  }

  private object(node: CollectionNode): LiteralValue {
    const entries: Entries = new Map();
    this.fill(node, entries);
    const texts = [...entries.values()].map(({ key, value }): [string, LiteralValue] => [keyText(key, value), value]);
    texts.sort(([a], [b]) => compareKeys(a, b));
    const object: { [key: string]: LiteralValue } = {};
    for (const [key, value] of texts) setOwn(object, key, value);
    return object;
  }

  private fill(node: CollectionNode, entries: Entries): void {
    for (let i = 0; i < node.children.length; i += 2) {
      const keyNode = node.children[i];
      const valueNode = node.children[i + 1];
      if (keyNode === undefined || valueNode === undefined) return;
      if (isMerge(keyNode)) {
        this.merge(valueNode, entries);
        continue;
      }
      const key = this.key(keyNode);
      const value = this.decode(valueNode);
      const identity = keyIdentity(key);
      if (entries.has(identity)) this.duplicates.push(`line ${String(valueNode.line + 1)}: key ${keySyntax(key)} already set in map`);
      entries.set(identity, { key, value });
    }
  }

  private key(node: YamlNode): YamlScalar {
    this.countNode();
    if (node.kind === 'alias') return this.throughAlias(node, () => this.key(node.target));
    if (node.kind === 'scalar') return resolveScalar(node);
    throw new YamlError(`yaml: invalid map key: ${goSyntax(this.decode(node))}`);
  }

  private merge(node: YamlNode, entries: Entries): void {
    if (node.kind === 'sequence') {
      // Earlier mappings go before later ones.
      for (const child of node.children.toReversed()) this.mergeMapping(child, entries);
    } else this.mergeMapping(node, entries);
  }

  private mergeMapping(node: YamlNode, entries: Entries): void {
    const target = node.kind === 'alias' ? node.target : node;
    if (target.kind !== 'mapping') throw new YamlError('yaml: map merge requires map or sequence of maps as the value');
    this.countNode();
    if (node.kind === 'alias') {
      this.throughAlias(node, () => {
        this.countNode();
        this.fill(target, entries);
      });
    } else this.fill(target, entries);
  }
}

/** Small documents may consist of aliases almost wholly, very large ones hardly. */
function allowedAliasRatio(count: number): number {
  if (count <= 400_000) return 0.99;
  if (count >= 4_000_000) return 0.1;
  return 0.99 - 0.89 * ((count - 400_000) / 3_600_000);
}

function isMerge(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.value === '<<' && (node.implicit || node.tag === 'tag:yaml.org,2002:merge');
}

/** Keys of different Go types are different keys. */
function keyIdentity(key: YamlScalar): string {
  if (key instanceof YamlInteger) return `int ${String(key.value)}`;
  if (key instanceof YamlFloat) return `float ${String(key.value)}`;
  return `${typeof key} ${String(key)}`;
}

function keyText(key: YamlScalar, value: LiteralValue): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'boolean') return String(key);
  if (key instanceof YamlFloat) return float32Text(key.value);
  if (key === null) throw new YamlError(`unsupported map key of type: %!s(<nil>), key: <nil>, value: ${goSyntax(value)}`);
  if (key.value >= 1n << 63n)
    throw new YamlError(`unsupported map key of type: uint64, key: 0x${key.value.toString(16)}, value: ${goSyntax(value)}`);
  return String(key.value);
}

/** A key in Go's `%#v`. */
function keySyntax(key: YamlScalar): string {
  if (key instanceof YamlInteger) return key.value >= 1n << 63n ? `0x${key.value.toString(16)}` : String(key.value);
  return key instanceof YamlFloat ? floatText(key.value) : goSyntax(key);
}
