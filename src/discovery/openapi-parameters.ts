import type { StructType, Type } from '../schema/type.js';
import type { Describe } from './openapi-schema.js';
import type { Parameter } from './openapi-routes.js';

/** Parameters that stand in paths, and `pretty`. */
export const NAMESPACE: Parameter = {
  name: 'namespace',
  in: 'path',
  type: 'string',
  description: 'object name and auth scope, such as for teams and projects',
};
export const PROXY_PATH: Parameter = { name: 'path', in: 'path', type: 'string', description: 'path to the resource' };
export const PRETTY: Parameter = {
  name: 'pretty',
  in: 'query',
  type: 'string',
  description:
    "If 'true', then the output is pretty printed. Defaults to 'false' unless the user-agent indicates a browser or command-line HTTP tool (curl and wget).",
};

export function nameParameter(kind: string): Parameter {
  return { name: 'name', in: 'path', type: 'string', description: `name of the ${kind}` };
}

/** The fields of an options type as query parameters; structs and times can't be any. */
export function optionParameters(options: StructType, describe: Describe, excluded: readonly string[] = []): Parameter[] {
  const parameters: Parameter[] = [];
  for (const field of options.fields) {
    const type = field.inline || excluded.includes(field.name) ? undefined : parameterType(field.type);
    if (type !== undefined) parameters.push({ name: field.name, in: 'query', type, description: describe(options.name, field.name) });
  }
  return parameters;
}

function parameterType(type: Type): Parameter['type'] | undefined {
  if (type.kind === 'list') return parameterType(type.items);
  if (type.kind !== 'scalar') return undefined;
  switch (type.scalar) {
    case 'string':
    case 'boolean':
      return type.scalar;
    case 'int32':
    case 'int64':
      return 'integer';
    default:
      return undefined;
  }
}
