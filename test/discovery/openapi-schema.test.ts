import { describe, expect, it } from 'vitest';
import type { GroupVersionKind } from '../../src/apimachinery/group-version.js';
import { Definitions, type Dialect, type Schema } from '../../src/discovery/openapi-schema.js';
import { TypeRegistry } from '../../src/schema/registry.js';
import type { StructType } from '../../src/schema/type.js';
import { hasReference, readReference, recordedV3Paths, withoutDescriptions } from './reference.js';

const registry = new TypeRegistry();

/** Every recorded definition, made from the facts; scalars come along with those that use them. */
function make(
  names: readonly string[],
  dialect: Dialect,
  kindsOf: (type: StructType) => readonly GroupVersionKind[],
): Record<string, Schema> {
  const definitions = new Definitions(dialect, kindsOf);
  for (const name of names) {
    const type = registry.typeByName(name);
    if (type !== undefined) definitions.reference(type);
  }
  return definitions.all();
}

describe.skipIf(!hasReference)('schemas made from the facts', () => {
  it.each(hasReference ? recordedV3Paths() : [])('are those of the v3 document %s', (path) => {
    const { components } = readReference(`openapi-v3/${path.replaceAll('/', '__')}.json.gz`) as {
      components?: { schemas?: Record<string, Schema> };
    };
    const recorded = components?.schemas ?? {};
    const [, group = '', version] = path.startsWith('apis/') ? path.split('/') : ['', '', 'v1'];
    const here = (kind: GroupVersionKind): boolean =>
      (kind.group === '' && kind.version === 'v1') || (kind.group === group && kind.version === version);
    const made = make(Object.keys(recorded), 'v3', (type) =>
      registry.kindsOf(type).filter((kind) => registry.kindsOf(type).length === 1 || here(kind)),
    );
    expect(made).toEqual(withoutDescriptions(recorded));
  });

  it('are those of the v2 document', () => {
    const { definitions } = readReference('openapi-v2.json.gz') as { definitions: Record<string, Schema> };
    const made = make(Object.keys(definitions), 'v2', (type) => registry.kindsOf(type));
    expect(made).toEqual(withoutDescriptions(definitions));
  });
});
