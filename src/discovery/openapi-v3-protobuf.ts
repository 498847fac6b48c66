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
import type { OpenApiV3 } from './openapi-v3.js';

/** Field numbers of gnostic's OpenAPIv3.proto, for what the documents of an API server use. */

const REFERENCE: Message = { fields: { $ref: text(1), summary: text(2), description: text(3) } };
const EXTERNAL_DOCS: Message = { fields: { description: text(1), url: text(2) }, extensions: 3 };

const SCHEMA: Message = {
  fields: {
    nullable: flag(1),
    externalDocs: message(6, () => EXTERNAL_DOCS),
    example: any(7),
    title: text(9),
    multipleOf: double(10),
    maximum: double(11),
    exclusiveMaximum: flag(12),
    minimum: double(13),
    exclusiveMinimum: flag(14),
    maxLength: integer(15),
    minLength: integer(16),
    pattern: text(17),
    maxItems: integer(18),
    minItems: integer(19),
    uniqueItems: flag(20),
    maxProperties: integer(21),
    minProperties: integer(22),
    required: texts(23),
    enum: each(any(24)),
    type: text(25),
    allOf: each(schema(26)),
    oneOf: each(schema(27)),
    anyOf: each(schema(28)),
    not: message(29, () => SCHEMA),
    items: wrapped(30, schema(1)),
    properties: wrapped(31, named(1, schema)),
    additionalProperties: wrapped(
      32,
      choice((value) => (typeof value === 'boolean' ? flag(2) : schema(1))),
    ),
    default: wrapped(33, defaultValue),
    description: text(34),
    format: text(35),
  },
  extensions: 36,
};

/** Only plain values fit into gnostic's DefaultType. */
function defaultValue(out: Writer, value: Json): void {
  if (typeof value === 'number') out.double(1, value);
  else if (typeof value === 'boolean') out.varint(2, value ? 1 : 0);
  else if (typeof value === 'string') out.bytes(3, Buffer.from(value));
}

/** The value itself as field 1 of an `…OrReference`, a reference as field 2. */
function orReference(number: number, of: () => Message): Rule {
  return wrapped(
    number,
    choice((value) => (isReference(value) ? message(2, () => REFERENCE) : message(1, of))),
  );
}

function schema(number: number): Rule {
  return orReference(number, () => SCHEMA);
}

const MEDIA_TYPE: Message = { fields: { schema: schema(1) }, extensions: 5 };

function content(number: number): Rule {
  return wrapped(
    number,
    named(1, (value) => message(value, () => MEDIA_TYPE)),
  );
}

const PARAMETER: Message = {
  fields: { name: text(1), in: text(2), description: text(3), required: flag(4), schema: schema(10) },
  extensions: 14,
};
const REQUEST_BODY: Message = { fields: { description: text(1), content: content(2), required: flag(3) }, extensions: 4 };
const RESPONSE: Message = { fields: { description: text(1), content: content(3) }, extensions: 5 };

const OPERATION: Message = {
  fields: {
    tags: texts(1),
    description: text(3),
    operationId: text(5),
    parameters: each(orReference(6, () => PARAMETER)),
    requestBody: orReference(7, () => REQUEST_BODY),
    responses: wrapped(
      8,
      named(2, (number) => orReference(number, () => RESPONSE)),
    ),
  },
  extensions: 13,
};

function operation(number: number): Rule {
  return message(number, () => OPERATION);
}

const PATH_ITEM: Message = {
  fields: {
    get: operation(4),
    put: operation(5),
    post: operation(6),
    delete: operation(7),
    options: operation(8),
    head: operation(9),
    patch: operation(10),
    parameters: each(orReference(13, () => PARAMETER)),
  },
  extensions: 14,
};

const SECURITY_SCHEME: Message = { fields: { type: text(1), description: text(2), name: text(3), in: text(4) }, extensions: 9 };

const DOCUMENT: Message = {
  fields: {
    openapi: text(1),
    info: message(2, () => ({ fields: { title: text(1), version: text(6) } })),
    paths: wrapped(
      4,
      named(1, (number) => message(number, () => PATH_ITEM)),
    ),
    components: message(5, () => ({
      fields: {
        schemas: wrapped(1, named(1, schema)),
        securitySchemes: wrapped(
          7,
          named(1, (number) => orReference(number, () => SECURITY_SCHEME)),
        ),
      },
    })),
  },
};

/** The document as a gnostic `openapi.v3.Document`. */
export function encodeOpenApiV3(document: OpenApiV3): Buffer {
  const out = new Writer();
  writeMessage(out, document as unknown as Json, DOCUMENT);
  return out.finish();
}
