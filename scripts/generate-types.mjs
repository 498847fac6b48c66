/** Writes one group version's types as TypeScript, in the form that objects have after decoding. */
import { resolve } from './generate-check.mjs';

const SCALAR_TYPES = new Map(
  Object.entries({
    string: 'string',
    boolean: 'boolean',
    int32: 'number',
    int64: 'number',
    uint32: 'number',
    float32: 'number',
    double: 'number',
    bytes: 'string',
    quantity: 'string',
    intOrString: 'number | string',
    time: 'string',
    microTime: 'string',
    duration: 'string',
    rawExtension: 'JsonValue',
    fieldsV1: 'JsonObject',
    json: 'JsonValue',
    any: 'JsonValue',
  }),
);

/**
 * @param {string} file
 * @param {Map<string, import('./generate-check.mjs').FactFile>} files
 * @returns {string}
 */
export function typesText(file, files) {
  const facts = files.get(file);
  if (!facts) throw new Error(`no facts named ${file}`);
  const writer = new Writer(file, files);
  const body = [
    ...Object.entries(facts.names ?? {}).map(([name, named]) => writer.named(name, named)),
    ...Object.entries(facts.types ?? {}).map(([name, fields]) => writer.struct(name, fields)),
  ].join('\n');
  return `/* Generated from openapi/${file}.yaml by scripts/generate.mjs. */\n${writer.imports()}\n${body}`;
}

class Writer {
  /** @type {Map<string, Set<string>>} */
  #imports = new Map();
  #json = new Set();
  #file;
  #files;

  /** @param {string} file @param {Map<string, import('./generate-check.mjs').FactFile>} files */
  constructor(file, files) {
    this.#file = file;
    this.#files = files;
  }

  imports() {
    const lines = [...this.#imports].sort().map(
      ([file, names]) =>
        `import type { ${[...names]
          .sort()
          .map((name) => (this.#local(name) ? `${name} as ${aliasOf(file, name)}` : name))
          .join(', ')} } from './${file.replace('.', '-')}.js';`,
    );
    if (this.#json.size > 0) lines.unshift(`import type { ${[...this.#json].sort().join(', ')} } from '../type.js';`);
    return lines.length > 0 ? `${lines.join('\n')}\n` : '';
  }

  /** @param {string} name @param {import('./generate-check.mjs').NameFacts} facts */
  named(name, facts) {
    const values = facts.enum ? `/** ${facts.enum.map((v) => `\`${v}\``).join(', ')} */\n` : '';
    return `${values}export type ${name} = ${this.#type(facts.type)};\n`;
  }

  /** @param {string} name @param {Record<string, import('./generate-check.mjs').FieldFacts>} fields */
  struct(name, fields) {
    const parents = [];
    const lines = [];
    for (const [field, facts] of Object.entries(fields)) {
      if (field === '_') continue;
      if (facts.inline && !facts.type.endsWith('TypeMeta')) parents.push(this.#type(facts.type));
      else if (facts.inline) lines.push('  apiVersion?: string | undefined;', '  kind?: string | undefined;');
      else lines.push(`  ${/^\w+$/.test(field) ? field : JSON.stringify(field)}${this.#member(facts)};`);
    }
    if (lines.length === 0 && parents.length === 0) return `export type ${name} = Record<string, never>;\n`;
    const own = lines.length > 0 ? [`{\n${lines.join('\n')}\n}`] : [];
    return `export type ${name} = ${[...parents, ...own].join(' & ')};\n`;
  }

  /** Structs that are no pointers are always there; what Go writes as null may be null. @param {import('./generate-check.mjs').FieldFacts} facts */
  #member(facts) {
    const text = facts.type;
    const type = this.#type(text);
    if (!text.endsWith('?') && this.#isStruct(text)) return `: ${type}`;
    const nullable =
      (facts.always === true && (text.endsWith('?') || this.#isCollection(text))) ||
      (/^(?:time|microTime)$/.test(text) && facts.omitzero !== true);
    return `?: ${type}${nullable ? ' | null' : ''} | undefined`;
  }

  /** @param {string} text @returns {boolean} */
  #isStruct(text) {
    const target = resolve(text, this.#file, this.#files);
    return target !== undefined && target.named === undefined;
  }

  /** @param {string} text @returns {boolean} */
  #isCollection(text) {
    const named = resolve(text, this.#file, this.#files)?.named;
    return named ? this.#isCollection(named.type) : /^(?:list|map|wrapped)<|^bytes$/.test(text);
  }

  /** @param {string} text @returns {string} */
  #type(text) {
    const match = /^(list|map|wrapped)<(.*)>\??$/.exec(text);
    if (match?.[2]) {
      const inner = this.#type(match[2]);
      const element = match[2].endsWith('?') ? `${inner} | null` : inner;
      if (match[1] === 'wrapped') return inner;
      if (match[1] === 'map') return `Record<string, ${element}>`;
      return / [|&] /.test(element) ? `(${element})[]` : `${element}[]`;
    }
    const leaf = text.replace(/\?$/, '');
    const form = leaf.startsWith('schemaOr') ? 'json' : leaf;
    const scalar = SCALAR_TYPES.get(form);
    if (scalar) {
      if (scalar.startsWith('Json')) this.#json.add(scalar);
      return scalar;
    }
    const target = resolve(leaf, this.#file, this.#files);
    if (!target) throw new Error(`unknown type ${text}`);
    if (target.file === this.#file) return target.name;
    const names = this.#imports.get(target.file) ?? new Set();
    this.#imports.set(target.file, names.add(target.name));
    return this.#local(target.name) ? aliasOf(target.file, target.name) : target.name;
  }

  /** @param {string} name */
  #local(name) {
    const facts = this.#files.get(this.#file);
    return (
      facts?.types?.[name] !== undefined ||
      facts?.names?.[name] !== undefined ||
      [...this.#imports.values()].filter((names) => names.has(name)).length > 1
    );
  }
}

/** A name for an imported type whose own name is taken here: `MetaV1Condition`. @param {string} file @param {string} name */
function aliasOf(file, name) {
  return `${file.replaceAll(/(?:^|\.)(\w)/g, (_, letter) => letter.toUpperCase())}${name}`;
}
