import assert from 'node:assert/strict';
import { describe, expect, test } from 'vitest';
import { createMemoryStorage } from '../../src/storage/memory.js';
import type { StorageEvent } from '../../src/storage/storage.js';
import { snapshotConformance, storageConformance, type Sample } from '../../src/storage/testing/conformance.js';
import { sample, stampSample } from '../../src/storage/testing/sample.js';

describe('the memory storage conforms', () => {
  const tests = [
    ...storageConformance((stamp) => createMemoryStorage<Sample>({ stamp }), assert),
    ...snapshotConformance((stamp) => createMemoryStorage<Sample>({ stamp }), assert),
  ];
  for (const { title, run } of tests) test(title, run);
});
