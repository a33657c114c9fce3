import { instant, type Instant } from '@trimtab/core';
import type { Triggers } from '@trimtab/strategy';
import type { RunOutcome } from './run.js';

/** A run that made a rebalance, as far as the limits of later runs go. */
export interface EarlierRebalance {
  readonly runId: string;
  readonly rebalanceId: string;
  /** When the run ended: its rebalance was made then. */
  readonly endTime: Instant;
  /** What the rebalance cost; absent until it has ended and was looked at. */
  readonly costBps: number | undefined;
}

type Limits = Pick<Triggers, 'cooldownSeconds' | 'slippageBudget'>;
type NoOp = Extract<RunOutcome, { readonly kind: 'NO_OP' }>;

/** Since when rebalances count for the cooldown; absent without one. */
export function cooldownSince({ cooldownSeconds }: Limits, now: Instant): Instant | undefined {
  return cooldownSeconds === undefined ? undefined : secondsBefore(now, cooldownSeconds);
}

/** Since when rebalances count for the slippage budget; absent without one. */
export function windowSince({ slippageBudget }: Limits, now: Instant): Instant | undefined {
  return slippageBudget && secondsBefore(now, slippageBudget.windowSeconds);
}

/**
 * Why the cooldown forbids a run now, if it does: less time than it asks for has passed since the
 * latest rebalance. At its end a run is allowed again.
 */
export function coolingDown(
  { cooldownSeconds }: Limits,
  now: Instant,
  rebalances: readonly EarlierRebalance[],
): NoOp | undefined {
  if (cooldownSeconds === undefined) return undefined;
  const since = secondsBefore(now, cooldownSeconds);
  const latest = rebalances.find(({ endTime }) => endTime > since);
  if (latest === undefined) return undefined;
  const passedSeconds = Math.floor((now - latest.endTime) / 1000);
  const message = `rebalance ${latest.rebalanceId} was made ${passedSeconds} s before, the cooldown is ${cooldownSeconds} s`;
  return { kind: 'NO_OP', reason: 'COOLDOWN', message };
}

/**
 * Why the slippage budget forbids a run now, if it does: the rebalances of the window cost the whole
 * of it or more. What a further rebalance will cost nobody knows, so one that starts below the budget
 * may end above it, and is the last one of the window then; a budget of 0 allows none.
 */
export function budgetSpent({ slippageBudget }: Limits, spentBps: number): NoOp | undefined {
  if (slippageBudget === undefined || spentBps < slippageBudget.budgetBps) return undefined;
  const { budgetBps, windowSeconds } = slippageBudget;
  const message = `the rebalances of the last ${windowSeconds} s cost ${spentBps} bps, the budget is ${budgetBps}`;
  return { kind: 'NO_OP', reason: 'SLIPPAGE_BUDGET_SPENT', message };
}

function secondsBefore(now: Instant, seconds: number): Instant {
  return instant(now - seconds * 1000);
}
