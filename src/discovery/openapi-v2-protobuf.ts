import type { Json } from '../schema/type.js';
import {
  any,
  choice,
  double,
  each,
  flag,
  integer,
  isReference,
  message,
  named,
  text,
  texts,
  wrapped,
  Writer,
  writeMessage,
  type Message,
  type Rule,
} from './gnostic.js';
import type { OpenApiV2 } from './openapi-v2.js';

/** Field numbers of gnostic's OpenAPIv2.proto, for what the document of an API server uses. */

const REFERENCE: Message = { fields: { $ref: text(1), description: text(2) } };

const SCHEMA: Message = {
  fields: {
    $ref: text(1),
    format: text(2),
    title: text(3),
    description: text(4),
    default: any(5),
    multipleOf: double(6),
    maximum: double(7),
    exclusiveMaximum: flag(8),
    minimum: double(9),
    exclusiveMinimum: flag(10),
    maxLength: integer(11),
    minLength: integer(12),
    pattern: text(13),
    maxItems: integer(14),
    minItems: integer(15),
    uniqueItems: flag(16),
    maxProperties: integer(17),
    minProperties: integer(18),
    required: texts(19),
    enum: each(any(20)),
    additionalProperties: wrapped(
      21,
      choice((value) => (typeof value === 'boolean' ? flag(2) : schema(1))),
    ),
    type: wrapped(22, (out, value) => texts(1)(out, typeof value === 'string' ? [value] : value)),
    items: wrapped(23, schema(1)),
    allOf: each(schema(24)),
    properties: wrapped(25, named(1, schema)),
    externalDocs: message(29, () => EXTERNAL_DOCS),
    example: any(30),
  },
  extensions: 31,
};

const EXTERNAL_DOCS: Message = { fields: { description: text(1), url: text(2) }, extensions: 3 };

function schema(number: number): Rule {
  return message(number, () => SCHEMA);
}

const BODY: Message = { fields: { description: text(1), name: text(2), in: text(3), required: flag(4), schema: schema(5) }, extensions: 6 };
const QUERY: Message = {
  fields: { required: flag(1), in: text(2), description: text(3), name: text(4), type: text(6), format: text(7), uniqueItems: flag(20) },
  extensions: 23,
};
const PATH: Message = {
  fields: { required: flag(1), in: text(2), description: text(3), name: text(4), type: text(5), format: text(6), uniqueItems: flag(19) },
  extensions: 22,
};

function parameter(number: number): Rule {
  const query = message(3, () => QUERY);
  const path = message(4, () => PATH);
  const other = wrapped(
    2,
    choice((value) => (locationOf(value) === 'path' ? path : query)),
  );
  const body = message(1, () => BODY);
  return wrapped(
    number,
    choice((value) => (locationOf(value) === 'body' ? body : other)),
  );
}

function locationOf(value: Json): Json | undefined {
  return typeof value === 'object' && value !== null && 'in' in value ? value.in : undefined;
}

function parameters(number: number): Rule {
  return each(
    wrapped(
      number,
      choice((value) => (isReference(value) ? message(2, () => REFERENCE) : parameter(1))),
    ),
  );
}

const RESPONSE: Message = { fields: { description: text(1), schema: wrapped(2, schema(1)) }, extensions: 5 };

const OPERATION: Message = {
  fields: {
    tags: texts(1),
    description: text(3),
    operationId: text(5),
    produces: texts(6),
    consumes: texts(7),
    parameters: parameters(8),
    responses: wrapped(
      9,
      named(1, (number) =>
        wrapped(
          number,
          message(1, () => RESPONSE),
        ),
      ),
    ),
    schemes: texts(10),
  },
  extensions: 13,
};

function operation(number: number): Rule {
  return message(number, () => OPERATION);
}

const PATH_ITEM: Message = {
  fields: {
    get: operation(2),
    put: operation(3),
    post: operation(4),
    delete: operation(5),
    options: operation(6),
    head: operation(7),
    patch: operation(8),
    parameters: parameters(9),
  },
  extensions: 10,
};

const API_KEY: Message = { fields: { type: text(1), name: text(2), in: text(3), description: text(4) }, extensions: 5 };

const DOCUMENT: Message = {
  fields: {
    swagger: text(1),
    info: message(2, () => ({ fields: { title: text(1), version: text(2) } })),
    paths: wrapped(
      8,
      named(2, (number) => message(number, () => PATH_ITEM)),
    ),
    definitions: wrapped(9, named(1, schema)),
    parameters: wrapped(10, named(1, parameter)),
    security: each(
      wrapped(
        12,
        named(1, (number) => wrapped(number, texts(1))),
      ),
    ),
    securityDefinitions: wrapped(
      13,
      named(1, (number) =>
        wrapped(
          number,
          message(2, () => API_KEY),
        ),
      ),
    ),
  },
};

/** The document as a gnostic `openapi.v2.Document`. */
export function encodeOpenApiV2(document: OpenApiV2): Buffer {
  const out = new Writer();
  writeMessage(out, document as unknown as Json, DOCUMENT);
  return out.finish();
}
