import { defineConfig } from 'vitest/config';

/** Sources are tested as they are: the condition resolves workspaces to TypeScript, no build needed. */
const resolve = { conditions: ['trimtab-source', 'node'] };

export default defineConfig({
  resolve,
  ssr: { resolve },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'libs/*/src/**/*.test.ts',
            'services/*/src/**/*.test.ts',
            'test/{golden,contract,tidy,verify,deploy}/**/*.test.ts',
          ],
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/{integration,e2e,telemetry}/**/*.test.ts'],
          globalSetup: ['test/setup/global.ts'],
        },
      },
    ],
    environment: 'node',
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
  },
});
