import { defineConfig } from 'vitest/config';

/** Suites with real clients: they need the built program and tools that may be missing, and take their time. */
export default defineConfig({
  test: {
    include: ['test/clients/**/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    fileParallelism: false,
  },
});
