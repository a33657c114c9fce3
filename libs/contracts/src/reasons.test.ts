import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isReason, REASON_GROUPS, REASONS } from './reasons.js';
import { Code } from './rpc.js';

const PROTO = join(import.meta.dirname, '../../../proto');

/** What is never expected, so that no comment lists it. */
const GENERAL = new Set(['INTERNAL']);

/** The reasons of messages of the bus: they reach the dead letters, no caller. */
const OF_THE_BUS = new Set([
  'MESSAGE_MALFORMED',
  'RESULT_OUT_OF_ORDER',
  'RESULT_OUT_OF_RANGE',
  'CORRECTION_INVALID',
]);

/** [code, retry, reason, meaning] of each line of the README's tables. */
function readmeLines(): readonly (readonly string[])[] {
  const lines: string[][] = [];
  let code = '';
  let retry = '';
  for (const line of readFileSync(join(PROTO, 'README.md'), 'utf8').split('\n')) {
    code = /^### ([A-Z_]+)$/.exec(line)?.[1] ?? code;
    retry = /^Retry: (.+)\.$/.exec(line)?.[1] ?? retry;
    const row = /^\| `([A-Z_]+)` +\| (.+?) +\|$/.exec(line);
    if (row?.[1] !== undefined && row[2] !== undefined) lines.push([code, retry, row[1], row[2]]);
  }
  return lines;
}

/** The reasons that the service comments of the protos name. */
function reasonsOfProtos(): ReadonlySet<string> {
  const files = readdirSync(PROTO, { recursive: true, encoding: 'utf8' });
  const found = files
    .filter((path) => path.endsWith('_service.proto'))
    .map((path) => readFileSync(join(PROTO, path), 'utf8'))
    .flatMap(
      (text) =>
        text.match(/(?:Errors:|Refusals|Every method)[^\n]*(?:\n {0,2}\/\/ \S[^\n]*)*/g) ?? [],
    )
    .flatMap(
      (comment) =>
        comment.replace(/\([^)]*\)/g, '').match(/\b(?:[A-Z]+(?:_[A-Z]+)+|UNAUTHENTICATED)\b/g) ??
        [],
    );
  return new Set(found);
}

describe('the closed list of error reasons', () => {
  it('is the same in proto/README.md, with codes, meanings and retries', () => {
    const list = [...REASONS].map(([reason, { code, retry, meaning }]) => [
      code,
      retry,
      reason,
      meaning,
    ]);
    expect(readmeLines()).toEqual(list);
  });

  it('has every reason that the comment of a method names', () => {
    expect([...reasonsOfProtos()].filter((reason) => !isReason(reason))).toEqual([]);
  });

  it('has what every method can answer in the comment of every service', () => {
    const files = readdirSync(PROTO, { recursive: true, encoding: 'utf8' });
    const services = files.filter((path) => path.endsWith('_service.proto'));
    expect(services).toHaveLength(5);
    for (const path of services) {
      const text = readFileSync(join(PROTO, path), 'utf8');
      const general = /Every method can also fail with ([^.]+)\./.exec(text)?.[1] ?? '';
      for (const reason of ['MESSAGE_TOO_LARGE', 'METHOD_UNIMPLEMENTED', 'DEADLINE_EXCEEDED']) {
        expect(general, path).toContain(reason);
      }
    }
  });

  it('has no reason that no method answers', () => {
    const named = reasonsOfProtos();
    const silent = [...REASONS.keys()].filter((reason) => !named.has(reason));
    expect(new Set(silent)).toEqual(new Set([...GENERAL, ...OF_THE_BUS]));
  });

  it('names each reason once', () => {
    const count = REASON_GROUPS.reduce((sum, group) => sum + Object.keys(group.reasons).length, 0);
    expect(REASONS.size).toBe(count);
  });

  it('uses gRPC codes only, and reasons that ErrorInfo may carry', () => {
    for (const [reason, { code }] of REASONS) {
      expect(Object.keys(Code)).toContain(code);
      expect(reason).toMatch(/^[A-Z][A-Z_]{2,62}$/);
    }
  });

  it('knows its members and nothing else', () => {
    expect(isReason('ETAG_MISMATCH')).toBe(true);
    expect(isReason('etag_mismatch')).toBe(false);
    expect(isReason('__proto__')).toBe(false);
  });
});
