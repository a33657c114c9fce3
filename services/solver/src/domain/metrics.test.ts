import { describe, expect, it } from 'vitest';
import { metricsOf } from './metrics.js';
import { totalDelta } from './no-op.js';
import type { LiveWeight } from './vault-state.js';

const long = (assetId: string, weightBps: number): LiveWeight => ({
  assetId,
  side: 'LONG',
  weightBps,
});

describe('metrics', () => {
  it('are weighted averages rounded half up', () => {
    const rates = [
      { weightBps: 1, expectedNetApyBps: 3, riskScoreBps: 10 },
      { weightBps: 1, expectedNetApyBps: 4, riskScoreBps: 11 },
    ];
    expect(metricsOf(rates)).toEqual({
      expectedBlendedApyBps: 4, // 3.5
      riskBudgetUsageBps: 11, // 10.5
      noAllocation: false,
    });
  });

  it('T11: are 0 with noAllocation when nothing is allocated', () => {
    const none = { expectedBlendedApyBps: 0, riskBudgetUsageBps: 0, noAllocation: true };
    expect(metricsOf([])).toEqual(none);
    expect(metricsOf([{ weightBps: 0, expectedNetApyBps: 9, riskScoreBps: 9 }])).toEqual(none);
  });
});

describe('total delta', () => {
  it('T12: runs over the union of targets and holdings', () => {
    // a: |500 − 200|, b: |300 − 0|, c: |0 − 400|
    const delta = totalDelta([long('A', 500), long('B', 300)], [long('A', 200), long('C', 400)], 0);
    expect(delta.totalDeltaBps).toBe(1000);
  });

  it('keeps the two sides of an asset apart', () => {
    const short: LiveWeight = { assetId: 'A', side: 'SHORT', weightBps: 100 };
    expect(totalDelta([long('A', 100)], [short], 0).totalDeltaBps).toBe(200);
  });

  it('is a no-op strictly below the minimum', () => {
    expect(totalDelta([long('A', 50)], [], 50).noOp).toBe(false);
    expect(totalDelta([long('A', 49)], [], 50).noOp).toBe(true);
    expect(totalDelta([], [], 0).noOp).toBe(false);
  });
});
