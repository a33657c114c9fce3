import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, isTest, sourceFiles, type SourceFile } from './source-files.js';

const PURE = ['core', 'decimal', 'canonical', 'option-index', 'strategy'];
const SERVICES = ['intent', 'oracle', 'solver', 'ordergen', 'executor', 'engine', 'gateway'];
const DOMAIN_MAY_IMPORT = new Set(PURE.map((name) => `@trimtab/${name}`));
const PURE_MAY_IMPORT = new Set([
  ...DOMAIN_MAY_IMPORT,
  'decimal.js',
  '@noble/hashes/sha2.js',
  '@noble/hashes/utils.js',
]);

/** Why an import breaks the rules of the architecture, or undefined. */
function violation(file: SourceFile, specifier: string): string | undefined {
  const { path } = file;
  const relative = specifier.startsWith('.');
  if (path.startsWith('libs/verify/')) {
    const own = relative && join(dirname(path), specifier).startsWith('libs/verify/');
    return own || specifier.startsWith('@noble/hashes/')
      ? undefined
      : 'the verifier shares no code with what it verifies';
  }
  if (/^libs\/(core|decimal|canonical|option-index|strategy)\//.test(path)) {
    return relative || PURE_MAY_IMPORT.has(specifier)
      ? undefined
      : 'a pure library imports pure code only';
  }
  if (path.includes('/src/domain/')) {
    if (relative) {
      return escapesDomain(path, specifier) ? 'the domain imports itself only' : undefined;
    }
    return DOMAIN_MAY_IMPORT.has(specifier) ? undefined : 'the domain imports pure libraries only';
  }
  if (path.includes('/src/application/') && relative && specifier.includes('/adapters/')) {
    return 'the application knows its ports, not their adapters';
  }
  if (specifier === 'decimal.js') return 'decimal.js is imported by libs/decimal only';
  const service = /^services\/([a-z]+)\//.exec(path)?.[1];
  if (service !== undefined) {
    const other = SERVICES.find(
      (name) =>
        name !== service && specifier.split('/').slice(0, 2).join('/') === `@trimtab/${name}`,
    );
    if (other !== undefined) return `no service imports another (${other})`;
    if (specifier === '@trimtab/testkit') return 'production code does not import the testkit';
  }
  if (/^@trimtab\/[a-z]+\/(src|dist)/.test(specifier))
    return 'no deep imports into another package';
  return undefined;
}

/** Whether a relative import leaves the domain folder. */
function escapesDomain(path: string, specifier: string): boolean {
  return !join(dirname(path), specifier).includes('/src/domain/');
}

describe('imports follow the architecture', () => {
  it('in every source file', () => {
    const broken = sourceFiles()
      .filter((file) => !isTest(file))
      .flatMap((file) =>
        importsOf(file).flatMap((specifier) => {
          const why = violation(file, specifier);
          return why === undefined ? [] : [`${file.path} imports ${specifier}: ${why}`];
        }),
      );
    expect(broken).toEqual([]);
  });

  it('and the rules catch what they forbid', () => {
    const caught = (path: string, specifier: string): boolean =>
      violation({ path, text: '' }, specifier) !== undefined;
    expect(caught('services/oracle/src/domain/x.ts', 'node:fs')).toBe(true);
    expect(caught('services/oracle/src/domain/x.ts', '../adapters/postgres/store.js')).toBe(true);
    expect(caught('services/oracle/src/domain/x.ts', 'pg')).toBe(true);
    expect(caught('services/oracle/src/adapters/x.ts', '@trimtab/solver')).toBe(true);
    expect(caught('libs/core/src/x.ts', 'node:crypto')).toBe(true);
    expect(caught('services/oracle/src/adapters/x.ts', 'decimal.js')).toBe(true);
    expect(caught('libs/verify/src/x.ts', '@trimtab/canonical')).toBe(true);
    expect(caught('libs/verify/src/x.ts', '../../canonical/src/index.js')).toBe(true);
    expect(caught('libs/verify/src/x.ts', 'node:crypto')).toBe(true);
    expect(caught('libs/verify/src/x.ts', '@noble/hashes/sha2.js')).toBe(false);
    expect(caught('libs/verify/src/x.ts', './exact.js')).toBe(false);
    expect(caught('services/oracle/src/domain/x.ts', '@trimtab/core')).toBe(false);
    expect(
      importsOf({ path: 'x', text: "import { a } from 'b';\nexport * from './c.js';\n" }),
    ).toEqual(['b', './c.js']);
  });
});
