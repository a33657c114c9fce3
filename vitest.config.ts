import { defineConfig } from 'vitest/config';

/** Sources are tested as they are: the condition resolves workspaces to TypeScript, no build needed. */
const resolve = { conditions: ['trimtab-source', 'node', 'import', 'default'] };

export default defineConfig({
  resolve,
  ssr: { resolve },
  test: {
    include: ['libs/*/src/**/*.test.ts', 'services/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    environment: 'node',
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
  },
});
