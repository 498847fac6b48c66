import { isSchema, type JsonSchema } from './structural.js';

/** A path in a schema that leads somewhere. */
export interface ResolvedPath {
  /** The first name. */
  readonly root: string;
  /** The path as errors print it: `.spec.a` and `['spec'].a` are both `spec.a`. */
  readonly text: string;
  readonly schema: JsonSchema;
}

/** Why a path doesn't lead anywhere. */
export class SchemaPathError extends Error {}

const QUOTED = /^'(?:[^'\\]|\\[\s\S])*'$/;

/** Follows a path such as `.spec.map['a key'].name` through a schema (Go: cel.ValidFieldPath). Throws SchemaPathError. */
export function resolvePath(path: string, schema: JsonSchema, allowArrayNotation: boolean): ResolvedPath {
  const tokens = tokenize(path);
  let at = schema;
  let root = '';
  let text = '';
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] ?? '';
    let name: string;
    if (token === '[') {
      if (!allowArrayNotation) throw new SchemaPathError('array notation is not allowed');
      name = unquote(tokens[++i]);
    } else if (token === '.') {
      const next = tokens[++i];
      if (next === undefined) throw new SchemaPathError('unexpected end of JSON path');
      name = next;
    } else throw new SchemaPathError(`expected [ or . but got: ${token}`);
    const isNamed = at.properties !== undefined;
    at = step(at, name);
    if (root === '') root = name;
    text += isNamed ? `${text === '' ? '' : '.'}${name}` : `[${name}]`;
    if (token === '[') {
      const close = tokens[++i];
      if (close === undefined) throw new SchemaPathError('unexpected end of JSON path');
      if (close !== ']') throw new SchemaPathError(`expected ] but got ${close}`);
    }
  }
  return { root, text, schema: at };
}

function step(schema: JsonSchema, name: string): JsonSchema {
  const { properties, additionalProperties } = schema;
  let below: unknown;
  if (properties !== undefined) below = Object.hasOwn(properties, name) ? properties[name] : undefined;
  else below = additionalProperties;
  if (!isSchema(below as JsonSchema | undefined)) throw new SchemaPathError('does not refer to a valid field');
  return below as JsonSchema;
}

function unquote(token: string | undefined): string {
  if (token === undefined) throw new SchemaPathError('unexpected end of JSON path');
  if (!QUOTED.test(token)) throw new SchemaPathError(`expected single quoted string but got ${token}`);
  return token.slice(1, -1).replace(/\\([\s\S])/g, '$1');
}

/** Delimiters are tokens of their own; quotes hide them. */
function tokenize(path: string): string[] {
  const tokens: string[] = [];
  let at = 0;
  while (at < path.length) {
    const start = at;
    if (path[at] === "'") {
      for (at++; at < path.length && !(path[at] === "'" && path[at - 1] !== '\\'); at++);
      at++;
    } else if (isDelimiter(path[at])) at++;
    else while (at < path.length && !isDelimiter(path[at])) at++;
    tokens.push(path.slice(start, at));
  }
  return tokens;
}

function isDelimiter(c: string | undefined): boolean {
  return c === '.' || c === '[' || c === ']';
}
