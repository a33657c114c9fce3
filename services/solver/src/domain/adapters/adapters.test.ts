import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { strategyInput } from '../solver.fixture.js';
import type { AdapterKind, StrategySnapshot } from '../strategy.js';
import type { AdapterStep } from './adapter.js';
import { ADAPTERS, adapterOf } from './adapter-of.js';
import { OPERATION_LABELS } from './envelopes-of.js';

const SEED = 20260718;
const RUNS = { seed: SEED, numRuns: 200 };

const snapshotOf = (changes: Partial<StrategySnapshot>): StrategySnapshot => {
  const { snapshot } = strategyInput('s', {}, changes);
  if (snapshot === undefined) throw new Error('the fixture has a snapshot');
  return snapshot;
};
const envelope = (label: string) => ({ programId: `program of ${label}`, label, data: 'AA==' });
const labels = fc.constantFrom(
  ...Object.values(OPERATION_LABELS),
  'deposit: approve',
  'withdraw: release',
  'compute budget',
  '',
);
const moves = fc
  .record({
    target: fc.bigInt({ min: 0n, max: 10n ** 30n }),
    live: fc.bigInt({ min: 0n, max: 10n ** 30n }),
    still: fc.boolean(),
    envelopes: fc.array(labels.map(envelope), { maxLength: 6 }),
  })
  .map(({ target, live, still, envelopes }) => ({
    target,
    delta: still ? 0n : target - live,
    envelopes,
  }));
const operations = (steps: readonly AdapterStep[]) => steps.map(({ operation }) => operation);
const amountOf = (steps: readonly AdapterStep[], ...wanted: readonly AdapterStep['operation'][]) =>
  steps
    .filter(({ operation }) => wanted.includes(operation))
    .reduce((sum, { amount }) => sum + amount, 0n);

// The one contract of all adapters: a new kind is held to it by being in the table.
describe.each(Object.keys(ADAPTERS) as AdapterKind[])('the adapter %s', (kind) => {
  const adapter = adapterOf(kind);

  it('expects gross less fee, borrowing and slippage', () => {
    const rate = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(fc.record({ gross: rate, fee: rate, borrow: rate, slippage: rate }), (rates) => {
        const snapshot = snapshotOf({
          grossApyBps: rates.gross,
          feeBps: rates.fee,
          borrowCostBps: rates.borrow,
          slippageBps: rates.slippage,
        });
        const net = rates.gross - rates.fee - rates.borrow - rates.slippage;
        expect(adapter.expectedNetApyBps(snapshot)).toBe(net);
      }),
      RUNS,
    );
  });

  it('moves exactly the difference, in one direction', () => {
    fc.assert(
      fc.property(moves, (move) => {
        const steps = adapter.buildExecutionSteps(move);
        const into = amountOf(steps, 'DEPOSIT');
        const out = amountOf(steps, 'WITHDRAW', 'FINALIZE_WITHDRAW');
        expect(into - out).toBe(move.delta);
        expect(into === 0n || out === 0n).toBe(true);
        for (const { amount } of steps) expect(amount >= 0n).toBe(true);
      }),
      RUNS,
    );
  });

  it('requests what it finalises, before it does', () => {
    fc.assert(
      fc.property(moves, (move) => {
        const steps = adapter.buildExecutionSteps(move);
        const phases = operations(steps).filter((name) => name.endsWith('_WITHDRAW'));
        expect([[], ['REQUEST_WITHDRAW', 'FINALIZE_WITHDRAW']]).toContainEqual(phases);
        expect(amountOf(steps, 'REQUEST_WITHDRAW')).toBe(amountOf(steps, 'FINALIZE_WITHDRAW'));
      }),
      RUNS,
    );
  });

  it('has no step that moves nothing but a hold of money that stays', () => {
    fc.assert(
      fc.property(moves, (move) => {
        const steps = adapter.buildExecutionSteps({ ...move, delta: 0n });
        const kept = steps.filter(({ operation }) => operation === 'HOLD');
        expect(amountOf(steps, ...operations(steps))).toBe(0n);
        if (kept.length > 0)
          expect([move.target > 0n, kept[0]?.envelopes[0]?.label]).toEqual([true, 'hold']);
      }),
      RUNS,
    );
  });

  it('gives a step the instructions of its operation only, unchanged, in their order', () => {
    fc.assert(
      fc.property(moves, (move) => {
        for (const { operation, envelopes } of adapter.buildExecutionSteps(move)) {
          const kept = move.envelopes.filter((one) => envelopes.includes(one));
          expect(envelopes).toEqual(kept);
          for (const { label } of envelopes) {
            const owner = Object.entries(OPERATION_LABELS).find(
              ([, name]) => label === name || label.startsWith(`${name}:`),
            );
            if (owner !== undefined) expect(owner[0]).toBe(operation);
          }
        }
      }),
      RUNS,
    );
  });

  it('gives equal moves equal steps, and leaves the move as it was', () => {
    fc.assert(
      fc.property(moves, (move) => {
        const before = structuredClone(move);
        expect(adapter.buildExecutionSteps(move)).toEqual(adapter.buildExecutionSteps(move));
        expect(move).toEqual(before);
      }),
      RUNS,
    );
  });
});

const described = (...names: readonly string[]) => names.map(envelope);
const lines = (kind: AdapterKind, delta: bigint, envelopes = described()) =>
  adapterOf(kind)
    .buildExecutionSteps({ delta, target: 100n, envelopes })
    .map(
      (step) =>
        `${step.operation} ${step.amount} [${step.envelopes.map(({ label }) => label).join()}]`,
    );

describe('what each adapter does of its own', () => {
  const all = described(
    'deposit',
    'withdraw',
    'request_withdraw',
    'finalize_withdraw',
    'hold',
    'x',
  );

  it('STATIC: one step without instructions, whatever the snapshot carries', () => {
    expect(lines('STATIC', 7n, all)).toEqual(['DEPOSIT 7 []']);
    expect(lines('STATIC', -7n, all)).toEqual(['WITHDRAW 7 []']);
  });

  it('MANIFEST: a deposit, or a request and its finalisation', () => {
    expect(lines('MANIFEST', 7n, all)).toEqual(['DEPOSIT 7 [deposit,x]']);
    expect(lines('MANIFEST', -7n, all)).toEqual([
      'REQUEST_WITHDRAW 7 [request_withdraw,x]',
      'FINALIZE_WITHDRAW 7 [finalize_withdraw,x]',
    ]);
  });

  it('MANIFEST: what the manifest says of holding, where nothing moves', () => {
    expect(lines('MANIFEST', 0n, all)).toEqual(['HOLD 0 [hold]']);
    expect(lines('MANIFEST', 0n, described('deposit', 'request_withdraw'))).toEqual([]);
  });

  it('MANIFEST without a manifest: as STATIC', () => {
    expect(lines('MANIFEST', 7n)).toEqual(['DEPOSIT 7 []']);
    expect(lines('MANIFEST', -7n)).toEqual(['WITHDRAW 7 []']);
  });

  it.each(['DRIFT', 'KAMINO'] as const)('%s: one bundle of instructions for each move', (kind) => {
    expect(lines(kind, 7n, all)).toEqual(['DEPOSIT 7 [deposit,x]']);
    expect(lines(kind, -7n, all)).toEqual(['WITHDRAW 7 [withdraw,x]']);
    expect(lines(kind, 0n, all)).toEqual(['HOLD 0 [hold]']);
    expect(lines(kind, 0n, described('deposit', 'x'))).toEqual([]);
  });

  it('a label names an operation by its whole name before a colon', () => {
    const near = described('deposits', 'Deposit', 'deposit all', 'deposit: all');
    expect(lines('DRIFT', -7n, near)).toEqual(['WITHDRAW 7 [deposits,Deposit,deposit all]']);
  });
});
