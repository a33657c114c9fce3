import { describe, expect, it } from 'vitest';
import { chunkAmounts } from './chunk.js';
import { strategyInput, vaultOf } from './solver.fixture.js';
import { buildSteps, stepCountOf, type StepProblem } from './steps.js';

const problem = (changes: Partial<StepProblem>): StepProblem => ({
  strategies: ['a', 'b', 'c'].map((id) => strategyInput(id)),
  weights: new Map(),
  vault: vaultOf(),
  maxNotional: 1_000_000n,
  ...changes,
});
const live = (assetId: string, weightBps: number) =>
  ({ assetId, side: 'LONG', weightBps }) as const;
const lines = (changes: Partial<StepProblem>): readonly string[] =>
  buildSteps(problem(changes)).map(
    ({ operation, strategyId, amount, chunkIndex, chunkCount }) =>
      `${operation} ${strategyId} ${amount} ${chunkIndex + 1}/${chunkCount}`,
  );

describe('steps', () => {
  it('move each strategy from its live to its target notional, floored each', () => {
    // nav 999: floor(999 · 5001 / 10000) = 499, floor(999 · 2001 / 10000) = 199
    const vault = vaultOf({ nav: 999n, weights: [live('A', 2001)] });
    expect(lines({ vault, weights: new Map([['a', 5001]]) })).toEqual(['DEPOSIT a 300 1/1']);
  });

  it('withdraw before they deposit, then go by strategyId', () => {
    const vault = vaultOf({ weights: [live('C', 1000), live('B', 100)] });
    const weights = new Map([['a', 1000]]);
    expect(lines({ vault, weights })).toEqual([
      'WITHDRAW b 10000 1/1',
      'WITHDRAW c 100000 1/1',
      'DEPOSIT a 100000 1/1',
    ]);
  });

  it('drop what does not move', () => {
    const vault = vaultOf({ weights: [live('A', 1000)] });
    expect(lines({ vault, weights: new Map([['a', 1000]]) })).toEqual([]);
  });

  it('are cut at the maximum notional, the remainder last', () => {
    const weights = new Map([['a', 1000]]);
    expect(lines({ weights, maxNotional: 100_000n })).toEqual(['DEPOSIT a 100000 1/1']);
    expect(lines({ weights, maxNotional: 99_999n })).toEqual([
      'DEPOSIT a 99999 1/2',
      'DEPOSIT a 1 2/2',
    ]);
    expect(lines({ weights, maxNotional: 40_000n })).toEqual([
      'DEPOSIT a 40000 1/3',
      'DEPOSIT a 40000 2/3',
      'DEPOSIT a 20000 3/3',
    ]);
  });

  it('are counted without being built', () => {
    const weights = new Map([['a', 1000]]);
    expect(stepCountOf(problem({ weights, maxNotional: 40_000n }))).toBe(3n);
    expect(stepCountOf(problem({ weights, maxNotional: 1n }))).toBe(100_000n);
  });

  it('are whole without a maximum', () => {
    const weights = new Map([['a', 1000]]);
    expect(lines({ weights, maxNotional: undefined })).toEqual(['DEPOSIT a 100000 1/1']);
    expect(stepCountOf(problem({ weights, maxNotional: undefined }))).toBe(1n);
  });
});

const label = (text: string) => ({ programId: 'drift', label: text, data: 'AA==' });
const bundled = (...labels: readonly string[]): StepProblem['strategies'] => [
  strategyInput('a', { adapterKind: 'DRIFT' }, { envelopes: labels.map(label) }),
  strategyInput('b'),
];

describe('steps with instructions', () => {
  it('stay whole above the maximum, next to one without that is cut', () => {
    const weights = new Map([
      ['a', 1000],
      ['b', 1000],
    ]);
    const strategies = bundled('compute budget', 'deposit');
    const steps = buildSteps(problem({ strategies, weights, maxNotional: 60_000n }));
    expect(steps.map(({ amount, envelopes }) => [amount, envelopes.length])).toEqual([
      [100_000n, 2],
      [60_000n, 0],
      [40_000n, 0],
    ]);
    expect(stepCountOf(problem({ strategies, weights, maxNotional: 60_000n }))).toBe(3n);
  });

  it('hold what does not move, and only what is held', () => {
    const strategies = bundled('hold');
    const vault = vaultOf({ weights: [live('A', 1000)] });
    expect(lines({ strategies, vault, weights: new Map([['a', 1000]]) })).toEqual(['HOLD a 0 1/1']);
    expect(lines({ strategies })).toEqual([]);
  });

  it('request a withdrawal before they finalise it, and both before any deposit', () => {
    const names = ['deposit', 'request_withdraw', 'finalize_withdraw'];
    const manifest = strategyInput(
      'z',
      { adapterKind: 'MANIFEST' },
      { envelopes: names.map(label) },
    );
    const strategies = [strategyInput('a'), manifest, strategyInput('b')];
    const vault = vaultOf({ weights: [live('Z', 100), live('B', 100)] });
    expect(lines({ strategies, vault, weights: new Map([['a', 100]]) })).toEqual([
      'WITHDRAW b 10000 1/1',
      'REQUEST_WITHDRAW z 10000 1/1',
      'FINALIZE_WITHDRAW z 10000 1/1',
      'DEPOSIT a 10000 1/1',
    ]);
  });
});

describe('chunks', () => {
  it('sum to the whole', () => {
    expect(chunkAmounts(7n, 3n)).toEqual([3n, 3n, 1n]);
    expect(chunkAmounts(6n, 3n)).toEqual([3n, 3n]);
    expect(chunkAmounts(0n, 3n)).toEqual([0n]);
  });
});
