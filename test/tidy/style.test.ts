import { describe, expect, it } from 'vitest';
import { codeOf, isTest, sourceFiles, type SourceFile } from './source-files.js';

/** What a pure rule must not touch, and what to use instead. */
const BANNED_IN_RULES: readonly (readonly [RegExp, string])[] = [
  [/\bDate\b(?!Time)/, 'pass an Instant'],
  [/\bMath\.random\b|\brandomUUID\b/, 'pass ids as arguments'],
  [/\bprocess\./, 'pass configuration as arguments'],
  [/\bsetTimeout\b|\bsetInterval\b/, 'rules do not wait'],
  [/\bIntl\b|\blocaleCompare\b|\btoLocale/, 'compare by code unit'],
  [/\bparseFloat\b|\btoFixed\b/, 'use libs/decimal'],
  [/(?<![\w.])Number\(/, 'use safeNumber of libs/decimal'],
  [/\bconsole\./, 'return values'],
  [/(?:^| )\d+\.\d+(?= |$)/, 'no floating literals'],
  [/\bawait\b|\basync\b/, 'rules are synchronous'],
];
const BANNED_FILE_NAMES = /(^|\/)(utils?|helpers?|common|shared|manager|misc)(\/|\.ts$)/;
const UNFINISHED = /\b(TODO|FIXME|XXX|HACK)\b/;
const MAX_LINES = 300;
const MAX_TEST_LINES = 500;

function isRule(file: SourceFile): boolean {
  return (
    !isTest(file) &&
    (/^libs\/(core|decimal|canonical|option-index|strategy)\/src\//.test(file.path) ||
      file.path.includes('/src/domain/'))
  );
}

/** Lines of rules that touch what rules must not. */
function impurities(file: SourceFile): readonly string[] {
  const code = codeOf(file.text);
  return BANNED_IN_RULES.flatMap(([pattern, instead]) =>
    pattern.test(code) ? [`${file.path} matches ${String(pattern)}: ${instead}`] : [],
  );
}

describe('the source tree', () => {
  const files = sourceFiles();

  it('keeps clock, chance, environment, locale and floats out of the rules', () => {
    const allowed = new Set([
      'libs/decimal/src/bps.ts',
      'libs/decimal/src/human-decimal.ts',
      'libs/decimal/src/natural-log.ts',
      // The model of option values: the one place where the rules allow floats.
      'libs/option-index/src/model.ts',
    ]);
    expect(
      files.filter((file) => isRule(file) && !allowed.has(file.path)).flatMap(impurities),
    ).toEqual([]);
  });

  it('would notice each of them', () => {
    const bad = [
      'new Date()',
      'Math.random()',
      'process.env',
      'setTimeout(f)',
      'a.localeCompare(b)',
      'parseFloat(x)',
      'Number(x)',
      'console.log()',
      'x * 0.35',
      'await f()',
    ];
    for (const line of bad) {
      expect(
        impurities({ path: 'services/x/src/domain/y.ts', text: `const a = ${line};` }),
      ).not.toEqual([]);
    }
    const good = "// 0.35 of a Date\nconst text = '1.5 Date';\nconst n = BigInt(1) * 35n;";
    expect(impurities({ path: 'services/x/src/domain/y.ts', text: good })).toEqual([]);
  });

  it('has no file named after nothing', () => {
    expect(files.map(({ path }) => path).filter((path) => BANNED_FILE_NAMES.test(path))).toEqual(
      [],
    );
  });

  it('leaves no part unfinished', () => {
    const unfinished = files.filter(
      (file) => UNFINISHED.test(file.text) && !file.path.startsWith('test/tidy/'),
    );
    expect(unfinished.map(({ path }) => path)).toEqual([]);
  });

  it('keeps files small enough to hold one idea', () => {
    const large = files.filter((file) => {
      const lines = file.text.split('\n').length - 1;
      return lines > (isTest(file) ? MAX_TEST_LINES : MAX_LINES);
    });
    expect(large.map(({ path }) => path)).toEqual([]);
  });

  it('skips no test and focuses none', () => {
    const focused = files.filter(
      (file) => isTest(file) && /\b(it|test|describe)\.(only|skip|todo)\(/.test(file.text),
    );
    expect(focused.map(({ path }) => path)).toEqual([]);
  });
});
