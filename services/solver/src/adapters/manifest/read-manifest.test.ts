import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError } from '@trimtab/lifecycle';
import { adapterOf } from '../../domain/adapters/adapter-of.js';
import { strategyInput } from '../../domain/solver.fixture.js';
import { EMPTY_MANIFEST, withManifest } from '../../application/manifest.js';
import { readManifest } from './read-manifest.js';

const folder = mkdtempSync(join(tmpdir(), 'trimtab-manifest-'));
afterAll(() => rmSync(folder, { recursive: true }));

const step = (programId: string) => ({ programId, label: 'go', data: 'AA==' });
const described = {
  strategyId: 'vault-a',
  deposit: [step('p1'), step('p2')],
  requestWithdraw: [step('p3')],
  finalizeWithdraw: [step('p4')],
};
const manifest = (...strategies: readonly object[]) => ({ manifestVersion: 1, strategies });

function written(content: unknown): string {
  const file = join(folder, 'manifest.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

function problemsOf(content: unknown): readonly string[] {
  try {
    readManifest(written(content));
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const linesOf = (strategyId: string, delta: bigint, file: string | undefined) => {
  const { strategy, snapshot } = withManifest(
    strategyInput(
      strategyId,
      { adapterKind: 'MANIFEST' },
      { envelopes: [step('of the snapshot')] },
    ),
    readManifest(file),
  );
  return adapterOf(strategy.adapterKind)
    .buildExecutionSteps({ delta, target: 0n, envelopes: snapshot?.envelopes ?? [] })
    .map(
      ({ operation, envelopes }) =>
        `${operation} ${envelopes.map(({ programId }) => programId).join()}`,
    );
};

describe('a manifest file', () => {
  it('gives each operation its instructions, in order', () => {
    const file = written(manifest(described));
    expect(linesOf('vault-a', 5n, file)).toEqual(['DEPOSIT p1,p2']);
    expect(linesOf('vault-a', -5n, file)).toEqual(['REQUEST_WITHDRAW p3', 'FINALIZE_WITHDRAW p4']);
  });

  it('falls back to static steps for a strategy that it does not describe', () => {
    const file = written(manifest(described));
    expect([linesOf('other', 5n, file), linesOf('other', -5n, file)]).toEqual([
      ['DEPOSIT '],
      ['WITHDRAW '],
    ]);
  });

  it('falls back to static steps for every strategy when there is none', () => {
    expect(readManifest(undefined)).toBe(EMPTY_MANIFEST);
    expect(linesOf('vault-a', -5n, undefined)).toEqual(['WITHDRAW ']);
  });

  it('leaves strategies of other kinds as their snapshots are', () => {
    const drift = strategyInput('vault-a', { adapterKind: 'DRIFT' }, { envelopes: [step('own')] });
    expect(withManifest(drift, readManifest(written(manifest(described))))).toBe(drift);
  });

  it.each([
    ['is not JSON', '{', 'STRATEGY_MANIFEST_FILE is not JSON'],
    ['has another version', { ...manifest(described), manifestVersion: 2 }, 'manifestVersion'],
    [
      'leaves out an operation',
      manifest({ ...described, deposit: undefined }),
      'strategies.0.deposit',
    ],
    ['has an empty operation', manifest({ ...described, deposit: [] }), 'strategies.0.deposit'],
    ['has a field of another kind', manifest({ ...described, withdraw: [] }), 'withdraw'],
    [
      'has data that is not base64',
      manifest({ ...described, deposit: [{ ...step('p'), data: '*' }] }),
      'strategies.0.deposit.0.data: must be standard base64',
    ],
    ['describes a strategy twice', manifest(described, described), 'vault-a more than once'],
  ])('that %s is refused at start', (_what, content, problem) => {
    expect(problemsOf(content).join('; ')).toContain(problem);
  });

  it('that is not there is refused at start', () => {
    expect(() => readManifest(join(folder, 'nothing.json'))).toThrow(
      'STRATEGY_MANIFEST_FILE cannot be read',
    );
  });
});
