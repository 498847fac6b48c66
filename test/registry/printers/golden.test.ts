import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { printerFor } from '../../../src/registry/printers/index.js';
import type { JsonObject, JsonValue } from '../../../src/schema/type.js';

interface Golden {
  group: string;
  /** Objects without apiVersion and kind, and the cells that kube-apiserver v1.36.2 makes of them. */
  cases: { title: string; resource: string; object: JsonObject; cells: JsonValue[] }[];
}

const GOLDEN = path.join(import.meta.dirname, 'golden');
/** Times in the objects lie years back, so that ages are whole years. */
const NOW = Date.parse('2026-11-21T03:00:00Z');

for (const file of fs.readdirSync(GOLDEN)) {
  const { group, cases } = JSON.parse(fs.readFileSync(path.join(GOLDEN, file), 'utf8')) as Golden;
  describe(`the row of ${group || 'core'}`, () => {
    it.each(cases.map((entry) => [`${entry.resource}: ${entry.title}`, entry] as const))('%s', (_, { resource, object, cells }) => {
      expect(printerFor(group, resource).cells(object, NOW)).toEqual(cells);
    });
  });
}
