import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Suites that need kubectl, Go, Python or minutes have commands of their own.
    exclude: ['test/clients/**', 'test/parity/**', 'test/walkthroughs/**', 'node_modules/**'],
    globalSetup: ['test/facts.setup.ts'],
    // Files of a worker share its modules: importing them anew for each took a third of the time.
    isolate: false,
    testTimeout: 20_000,
  },
});
