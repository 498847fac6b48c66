import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Suites that need kubectl, Go, Python or minutes have commands of their own.
    exclude: ['test/clients/**', 'test/parity/**', 'test/walkthroughs/**', 'node_modules/**'],
    globalSetup: ['test/facts.setup.ts'],
    testTimeout: 20_000,
  },
});
