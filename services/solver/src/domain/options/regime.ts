import { assertNever } from '@trimtab/core';
import { ceilDiv, safeNumber } from '@trimtab/decimal';
import type { StrategyInput } from '../strategy.js';
import { maximumDrawdownBps } from './drawdown.js';
import { latestReturns } from './market-data.js';
import { sumOfSeries } from './moments.js';
import type { RegimeOption } from './score-options.js';
import { volatilityBps } from './volatility.js';

/** Whether the market is as the policy expects it, or as its stress policy does. */
export type Regime = 'CALM' | 'STRESSED';

/** Which regime was found, by which rule, and from which policy it led; part of a plan's inputs. */
export interface RegimeDecision extends RegimeOption {
  readonly regime: Regime;
  /** What the rule measured; absent when no allowed strategy has enough history. */
  readonly measuredBps?: number;
  /** The policy that asked; the plan's own policy is another one if it switched. */
  readonly basePolicyId: string;
  readonly basePolicyVersion: number;
}

/**
 * Measures the market by a named rule: the equally weighted returns of the allowed strategies that have
 * the whole window of history. Stressed from the threshold on, this included, and when nothing can be
 * measured: a feed that fails must not switch protection off. (Threshold rules for regimes: Ang and
 * Timmermann, Regime Changes and Financial Markets, Annual Review of Financial Economics 4, 2012;
 * TREND is the sign of the trailing return of Faber, A Quantitative Approach to Tactical Asset
 * Allocation, 2007.)
 */
export function measureRegime(
  option: RegimeOption,
  strategies: readonly StrategyInput[],
  allowed: ReadonlySet<string>,
): Pick<RegimeDecision, 'regime' | 'measuredBps'> {
  const series = strategies.flatMap(({ strategy, snapshot }) => {
    const returns = latestReturns(snapshot?.market, option.windowPeriods);
    return returns === undefined || !allowed.has(strategy.strategyId) ? [] : [returns];
  });
  if (series.length === 0) return { regime: 'STRESSED' };
  const measuredBps = measureOf(option, sumOfSeries(series, option.windowPeriods), series.length);
  return { measuredBps, regime: measuredBps >= option.thresholdBps ? 'STRESSED' : 'CALM' };
}

function measureOf(
  { rule, periodsPerYear }: RegimeOption,
  together: readonly bigint[],
  count: number,
): number {
  switch (rule) {
    case 'DRAWDOWN':
      return maximumDrawdownBps(together, count);
    case 'VOLATILITY':
      return volatilityBps(together, periodsPerYear, count);
    case 'TREND':
      return lossBps(together, count);
    default:
      return assertNever(rule);
  }
}

/** What the sum of the returns lost, rounded up; negative when it gained. */
function lossBps(together: readonly bigint[], count: number): number {
  const gained = together.reduce((sum, change) => sum + change, 0n);
  return safeNumber(ceilDiv(0n - gained, BigInt(count)));
}
