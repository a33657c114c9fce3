import { instant, type Instant } from '@trimtab/core';
import { halfUpDiv, max, safeNumber } from '@trimtab/decimal';
import type { Triggers } from '@trimtab/strategy';
import type { PlayedRun } from './journal.js';

/** Why a run is a recorded no-op. */
export interface RunLimit {
  readonly reason: 'COOLDOWN' | 'SLIPPAGE_BUDGET_SPENT';
  readonly message: string;
}

/**
 * Whether cooldown or slippage budget turn a run into a no-op (intent rules, triggers of a rebalance):
 * a rebalance within the cooldown, or rebalances of the window that cost the whole budget or more.
 */
export function limitOf(
  { cooldownSeconds, slippageBudget }: Triggers,
  runs: readonly PlayedRun[],
  now: Instant,
): RunLimit | undefined {
  if (cooldownSeconds !== undefined && since(runs, now, cooldownSeconds).length > 0) {
    const message = `the cooldown is ${cooldownSeconds} s`;
    return { reason: 'COOLDOWN', message };
  }
  if (slippageBudget === undefined) return undefined;
  const { budgetBps, windowSeconds } = slippageBudget;
  const spent = since(runs, now, windowSeconds).reduce((sum, run) => sum + costBpsOf(run), 0);
  if (spent < budgetBps) return undefined;
  const message = `the rebalances of the last ${windowSeconds} s cost ${spent} bps, the budget is ${budgetBps}`;
  return { reason: 'SLIPPAGE_BUDGET_SPENT', message };
}

function since(runs: readonly PlayedRun[], now: Instant, seconds: number): readonly PlayedRun[] {
  const first = instant(now - seconds * 1000);
  return runs.filter(({ createTime, rebalance }) => rebalance !== undefined && createTime > first);
}

/** A gain costs 0, so that it never pays for a later loss. */
function costBpsOf({ rebalance }: PlayedRun): number {
  if (rebalance === undefined) return 0;
  return safeNumber(halfUpDiv(max(0n, rebalance.cost) * 10_000n, rebalance.nav));
}
