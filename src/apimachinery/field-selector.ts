import { goQuote } from './field-error.js';
import { badRequest } from './status.js';

export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** Maps a field and its value to what storage knows; both empty drops the requirement. Throws for unknown fields. */
export type TransformField = (field: string, value: string) => { readonly field: string; readonly value: string };

/** A conjunction of comparisons (Go: k8s.io/apimachinery/pkg/fields). Immutable. */
export class FieldSelector {
  constructor(readonly requirements: readonly FieldRequirement[]) {}

  static readonly EVERYTHING = new FieldSelector([]);

  isEmpty(): boolean {
    return this.requirements.length === 0;
  }

  /** Matches selectable fields by name; an absent one counts as empty. */
  matches(fields: Readonly<Record<string, string>>): boolean {
    for (const { field, operator, value } of this.requirements) {
      const given: unknown = fields[field];
      if (((typeof given === 'string' ? given : '') === value) !== (operator === '=')) return false;
    }
    return true;
  }

  /** The value that a field must have, if the selector says so. */
  requiresExactMatch(field: string): string | undefined {
    return this.requirements.find((requirement) => requirement.operator === '=' && requirement.field === field)?.value;
  }

  transform(transform: TransformField): FieldSelector {
    const requirements: FieldRequirement[] = [];
    for (const { field, operator, value } of this.requirements) {
      const changed = transform(field, value);
      if (changed.field !== '' || changed.value !== '') requirements.push({ field: changed.field, operator, value: changed.value });
    }
    return new FieldSelector(requirements);
  }

  toString(): string {
    return this.requirements.map(({ field, operator, value }) => field + operator + escapeFieldValue(value)).join(',');
  }
}

/** A value as it must be written in a field selector. */
export function escapeFieldValue(value: string): string {
  return value.replace(/[\\,=]/g, '\\$&');
}

/** Undoes `escapeFieldValue`. Throws 400. */
export function unescapeFieldValue(text: string): string {
  if (!/[\\,=]/.test(text)) return text;
  let value = '';
  let escaped = false;
  for (const character of text) {
    const special = character === '\\' || character === ',' || character === '=';
    if (escaped) {
      if (!special) throw badRequest(`invalid field selector: invalid escape sequence: \\${character}`);
      value += character;
      escaped = false;
    } else if (character === '\\') {
      escaped = true;
    } else if (special) {
      throw badRequest(`invalid field selector: unescaped character in value: ${String(character.charCodeAt(0))}`);
    } else {
      value += character;
    }
  }
  if (escaped) throw badRequest('invalid field selector: invalid escape sequence: \\');
  return value;
}

/**
 * Parses the `fieldSelector` of a query: `metadata.name=x,status.phase!=Running`
 * (Go: fields.ParseSelector). Throws 400 with the parser's text.
 */
export function parseFieldSelector(text: string): FieldSelector {
  if (text === '') return FieldSelector.EVERYTHING;
  const requirements: FieldRequirement[] = [];
  for (const term of splitTerms(text).sort()) {
    if (term === '') continue;
    const operator = OPERATOR.exec(term);
    if (operator === null) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
    const value = unescapeFieldValue(term.slice(operator.index + operator[0].length));
    const field = term.slice(0, operator.index);
    // A lone operator asks for nothing.
    if (field !== '' || value !== '') requirements.push({ field, operator: operator[0] === '!=' ? '!=' : '=', value });
  }
  return new FieldSelector(requirements);
}

const OPERATOR = /!=|==|=/;

/** Cuts at commas that no backslash escapes. */
function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\') at++;
    else if (character === ',') {
      terms.push(text.slice(start, at));
      start = at + 1;
    }
  }
  terms.push(text.slice(start));
  return terms;
}

/**
 * The rule of one type: names it supports, and aliases of them (Go: the
 * AddFieldLabelConversionFunc of its group). Throws 400 for others.
 */
export function fieldLabels(supported: Iterable<string>, aliases: Readonly<Record<string, string>> = {}): TransformField {
  const names = new Set(supported);
  const byAlias = new Map(Object.entries(aliases));
  return (field, value) => {
    if (names.has(field)) return { field, value };
    const alias = byAlias.get(field);
    if (alias === undefined) throw badRequest(`field label not supported: ${field}`);
    return { field: alias, value };
  };
}

/** The rule of types without one of their own: only name and namespace (Go: DefaultMetaV1FieldSelectorConversion). */
export const defaultFieldLabels: TransformField = (field, value) => {
  if (field === 'metadata.name' || field === 'metadata.namespace') return { field, value };
  throw badRequest(`${goQuote(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`);
};
