import { describe, expect, it } from 'vitest';
import { OpenApiDocuments } from '../../src/discovery/openapi-documents.js';
import { TypeRegistry } from '../../src/schema/registry.js';
import { hasReference, readReference, recordedV3Paths, withoutDescriptions } from './reference.js';

const registry = new TypeRegistry();
const documents = new OpenApiDocuments(registry);

type Item = { readonly [key: string]: unknown };

function parse(bytes: Buffer | undefined): Item {
  return JSON.parse(bytes?.toString('utf8') ?? 'null') as Item;
}

/** Texts about types, fields and query parameters are the build's; all other texts are compared. */
function comparable(document: Item): unknown {
  const { paths, components, definitions, parameters, ...rest } = document;
  const shared = parameters as Readonly<Record<string, unknown>> | undefined;
  return {
    ...rest,
    paths: comparePaths(paths, shared),
    components: withoutDescriptions(components),
    definitions: withoutDescriptions(definitions),
  };
}

/** Shared parameters are named after a hash of their texts, so they are looked up first. */
function comparePaths(value: unknown, shared: Readonly<Record<string, unknown>> | undefined): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => comparePaths(item, shared));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === 'parameters' && Array.isArray(item)
        ? withoutDescriptions(item.map((p: Item) => lookedUp(p, shared)))
        : comparePaths(item, shared),
    ]),
  );
}

function lookedUp(parameter: Item, shared: Readonly<Record<string, unknown>> | undefined): unknown {
  const ref = parameter['$ref'];
  return typeof ref === 'string' ? shared?.[ref.slice('#/parameters/'.length)] : parameter;
}

describe.skipIf(!hasReference)('the OpenAPI documents of the built-in resources', () => {
  it('have the recorded names', () => {
    const recorded = readReference('openapi-v3/index.json') as { paths: Item };
    expect(Object.keys(parse(documents.v3Index())['paths'] as Item)).toEqual(Object.keys(recorded.paths));
  });

  it.each(hasReference ? recordedV3Paths() : [])('equal the recorded v3 document %s', (name) => {
    const recorded = readReference(`openapi-v3/${name.replaceAll('/', '__')}.json.gz`) as Item;
    expect(comparable(parse(documents.v3(name)?.json))).toEqual(comparable(recorded));
  });

  it('equal the recorded v2 document', () => {
    const recorded = readReference('openapi-v2.json.gz') as Item;
    const made = parse(documents.v2().json);
    expect(comparable(made)).toEqual(comparable(recorded));
    expect(Object.keys(made['parameters'] as Item).length).toBe(Object.keys(recorded['parameters'] as Item).length);
  });
});
