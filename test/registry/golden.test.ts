import { readdirSync, readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { summary, type Summary } from './golden/summary.mjs';
import { NOW, Served, type PatchType } from './support/served.js';

interface Step extends Summary {
  readonly ask: string;
  readonly type?: PatchType;
  readonly body?: object;
}

const folder = new URL('golden/', import.meta.url);

describe('Strategies of built-in resources', () => {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml'))) {
    it(`answer as the real server does to golden/${file}`, async () => {
      const served = new Served();
      await served.begin();
      const steps = load(readFileSync(new URL(file, folder), 'utf8')) as Step[];
      for (const [i, { ask, type, body, ...expected }] of steps.entries()) {
        const answer = await served.ask(ask, body, type);
        expect
          .soft({ ask, body, ...summary(answer.code, answer.body, answer.warnings, NOW) }, `step ${String(i + 1)}`)
          .toEqual({ ask, body, ...expected });
      }
      expect(steps.length).toBeGreaterThan(0);
    });
  }
});
