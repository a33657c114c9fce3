import { describe, expect, it } from 'vitest';
import type { Inputs, Measured, Strategy } from './plan-inputs.js';
import { stepsDocument } from './steps.js';

const envelope = (label: string) => ({ programId: 'p', label, data: 'AA==' });
const MEASURED: Omit<Measured, 'envelopes'> = {
  ...{ gross: 100, fee: 0, borrow: 0, slippage: 0, riskScore: 0, liquidity: 'INSTANT' },
  ...{ delayHours: 0, concentration: 0, complexity: 0 },
  ...{ oracleHealthy: true, protocolHealthy: true, withdrawalsHealthy: true },
};
const strategy = (
  strategyId: string,
  adapter: Strategy['adapter'],
  labels: readonly string[] = [],
): Strategy => ({
  ...{ strategyId, assetId: strategyId.toUpperCase(), protocol: 'x', state: 'ACTIVE', adapter },
  ...{ exotic: false, canary: false, cap: 10_000 },
  measured: { ...MEASURED, envelopes: labels.map(envelope) },
});

/** The steps as lines: `id operation amount piece/pieces labels`, of a vault worth 10 000. */
function lines(
  strategies: readonly Strategy[],
  live: Readonly<Record<string, number>>,
  targets: Readonly<Record<string, number>>,
  maxNotional?: bigint,
): readonly string[] {
  const node = { path: '', value: null };
  const inputs: Inputs = {
    strategies,
    ...(maxNotional !== undefined && { maxNotional }),
    options: {} as Inputs['options'],
    vault: {
      ...{ vaultId: node, version: node, nav: node, weights: node },
      live: Object.entries(live).map(([id, weight]) => ({
        ...{ assetId: id.toUpperCase(), side: 'LONG', weight },
      })),
    },
  };
  const steps = stepsDocument(inputs, 10_000n, new Map(Object.entries(targets)));
  return (steps as unknown as readonly Record<string, unknown>[]).map((step) => {
    const labels = (step['envelopes'] as readonly { label: string }[]).map(({ label }) => label);
    const piece = `${Number(step['chunkIndex']) + 1}/${String(step['chunkCount'])}`;
    const what = [step['strategyId'], step['operation'], step['amount'], piece];
    return [...what.map(String), ...labels].join(' ');
  });
}

describe('the steps of a plan, built again', () => {
  it('STATIC: withdrawals first, cut at the maximum, without instructions', () => {
    const both = [strategy('a', 'STATIC', ['deposit']), strategy('b', 'STATIC')];
    expect(lines(both, { b: 700 }, { a: 1_000 }, 400n)).toEqual([
      'b WITHDRAW 400 1/2',
      'b WITHDRAW 300 2/2',
      'a DEPOSIT 400 1/3',
      'a DEPOSIT 400 2/3',
      'a DEPOSIT 200 3/3',
    ]);
    expect(lines(both, { a: 5 }, { a: 5 })).toEqual([]);
  });

  it.each(['DRIFT', 'KAMINO'] as const)('%s: one bundle of its operation, never cut', (kind) => {
    const labels = ['setup', 'deposit: send', 'withdraw', 'hold', 'deposited', 'toString'];
    const one = [strategy('a', kind, labels)];
    expect(lines(one, {}, { a: 900 }, 400n)).toEqual([
      'a DEPOSIT 900 1/1 setup deposit: send deposited toString',
    ]);
    expect(lines(one, { a: 900 }, {}, 400n)).toEqual([
      'a WITHDRAW 900 1/1 setup withdraw deposited toString',
    ]);
    // Instructions of other operations are none of this one, and without any it is cut.
    expect(lines([strategy('a', kind, ['withdraw'])], {}, { a: 900 }, 500n)).toEqual([
      'a DEPOSIT 500 1/2',
      'a DEPOSIT 400 2/2',
    ]);
  });

  it('holds where nothing moves, money stays and there is an instruction for it', () => {
    const holding = [strategy('a', 'DRIFT', ['hold']), strategy('b', 'MANIFEST', ['hold: keep'])];
    expect(lines(holding, { a: 5, b: 7 }, { a: 5, b: 7 })).toEqual([
      'a HOLD 0 1/1 hold',
      'b HOLD 0 1/1 hold: keep',
    ]);
    expect(lines(holding, {}, {})).toEqual([]);
    expect(lines([strategy('a', 'DRIFT', ['setup'])], { a: 5 }, { a: 5 })).toEqual([]);
  });

  it('MANIFEST: a withdrawal is requested, then finalised; without a manifest it is static', () => {
    const labels = ['request_withdraw', 'finalize_withdraw', 'deposit', 'any'];
    const two = [strategy('a', 'MANIFEST', labels), strategy('b', 'MANIFEST')];
    expect(lines(two, { a: 900, b: 900 }, {}, 500n)).toEqual([
      'a REQUEST_WITHDRAW 900 1/1 request_withdraw any',
      'a FINALIZE_WITHDRAW 900 1/1 finalize_withdraw any',
      'b WITHDRAW 500 1/2',
      'b WITHDRAW 400 2/2',
    ]);
    expect(lines(two, {}, { a: 900 }, 500n)).toEqual(['a DEPOSIT 900 1/1 deposit any']);
  });
});
