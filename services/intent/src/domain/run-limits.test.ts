import { instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import { budgetSpent, coolingDown, windowSince, type EarlierRebalance } from './run-limits.js';

const NOW = instant(1_000_000);
const limits = (cooldownSeconds?: number, budgetBps?: number) => ({
  cooldownSeconds,
  slippageBudget: budgetBps === undefined ? undefined : { budgetBps, windowSeconds: 60 },
});
const made = (millisBefore: number): EarlierRebalance => ({
  runId: 'run',
  rebalanceId: 'r1',
  endTime: instant(NOW - millisBefore),
  costBps: undefined,
});

describe('the cooldown', () => {
  it('forbids a run until it has passed, and allows it then', () => {
    expect(coolingDown(limits(60), NOW, [made(59_999)])).toEqual({
      kind: 'NO_OP',
      reason: 'COOLDOWN',
      message: 'rebalance r1 was made 59 s before, the cooldown is 60 s',
    });
    expect(coolingDown(limits(60), NOW, [made(60_000)])).toBeUndefined();
  });

  it('forbids nothing when it is absent or 0, or nothing was made yet', () => {
    expect(coolingDown(limits(), NOW, [made(1)])).toBeUndefined();
    expect(coolingDown(limits(0), NOW, [made(1)])).toBeUndefined();
    expect(coolingDown(limits(60), NOW, [])).toBeUndefined();
  });
});

describe('the slippage budget', () => {
  it('forbids a run once the window has cost all of it', () => {
    expect(budgetSpent(limits(undefined, 30), 29)).toBeUndefined();
    expect(budgetSpent(limits(undefined, 30), 30)).toEqual({
      kind: 'NO_OP',
      reason: 'SLIPPAGE_BUDGET_SPENT',
      message: 'the rebalances of the last 60 s cost 30 bps, the budget is 30',
    });
    expect(budgetSpent(limits(), 10_000)).toBeUndefined();
  });

  it('of 0 allows none', () => {
    expect(budgetSpent(limits(undefined, 0), 0)).toMatchObject({ kind: 'NO_OP' });
  });

  it('counts a window back from the run', () => {
    expect(windowSince(limits(undefined, 30), NOW)).toBe(NOW - 60_000);
    expect(windowSince(limits(), NOW)).toBeUndefined();
  });
});
