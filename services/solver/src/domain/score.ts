import { assertNever, compare } from '@trimtab/core';
import { adapterOf } from './adapters/adapter-of.js';
import { halfUpShare } from './half-up.js';
import type { LiquidityProfile, Strategy, StrategyInput, StrategySnapshot } from './strategy.js';

/**
 * The score of a strategy: its expected net APY less five haircuts (solver rules, score). Fees are
 * subtracted twice on purpose, in the net APY and as a haircut: the source does so (trap T13).
 */
export interface Score {
  readonly strategyId: string;
  readonly expectedNetApyBps: number;
  readonly riskHaircutBps: number;
  readonly liquidityHaircutBps: number;
  readonly feeHaircutBps: number;
  readonly concentrationHaircutBps: number;
  readonly operationalHaircutBps: number;
  readonly scoreBps: number;
}

const CANARY_BPS = 120;
const ORACLE_UNHEALTHY_BPS = 400;
const PROTOCOL_UNHEALTHY_BPS = 600;
const WITHDRAWALS_UNHEALTHY_BPS = 300;

/** Scores a strategy; undefined when it has no snapshot, or no adapter that can price it. */
export function scoreOf(input: StrategyInput): Score | undefined {
  const { strategy, snapshot } = input;
  const adapter = adapterOf(strategy.adapter);
  if (snapshot === undefined || adapter === undefined) return undefined;
  const components = {
    expectedNetApyBps: adapter.expectedNetApyBps(snapshot),
    riskHaircutBps: halfUpShare(snapshot.riskScoreBps, 35, 100),
    liquidityHaircutBps: liquidityHaircutBps(snapshot),
    feeHaircutBps: snapshot.feeBps + snapshot.borrowCostBps + snapshot.slippageBps,
    concentrationHaircutBps: halfUpShare(snapshot.protocolConcentrationBps, 1, 5),
    operationalHaircutBps: operationalHaircutBps(strategy, snapshot),
  };
  const scoreBps =
    components.expectedNetApyBps -
    components.riskHaircutBps -
    components.liquidityHaircutBps -
    components.feeHaircutBps -
    components.concentrationHaircutBps -
    components.operationalHaircutBps;
  return { strategyId: strategy.strategyId, ...components, scoreBps };
}

/** Orders scores from the best: score descending, then strategyId ascending (trap T8). */
export function bestFirst(left: Score, right: Score): number {
  return compare(right.scoreBps, left.scoreBps) || compare(left.strategyId, right.strategyId);
}

function liquidityHaircutBps(snapshot: StrategySnapshot): number {
  const delay = halfUpShare(snapshot.withdrawalDelayHours, 1, 2);
  return profileHaircutBps(snapshot.liquidityProfile) + delay;
}

function profileHaircutBps(profile: LiquidityProfile): number {
  switch (profile) {
    case 'INSTANT':
      return 25;
    case 'SAME_DAY':
      return 60;
    case 'BATCHED':
      return 135;
    case 'TERM':
      return 220;
    default:
      return assertNever(profile);
  }
}

function operationalHaircutBps(strategy: Strategy, snapshot: StrategySnapshot): number {
  return (
    snapshot.operationalComplexityBps +
    (strategy.canary ? CANARY_BPS : 0) +
    (snapshot.oracleHealthy ? 0 : ORACLE_UNHEALTHY_BPS) +
    (snapshot.protocolHealthy ? 0 : PROTOCOL_UNHEALTHY_BPS) +
    (snapshot.withdrawalsHealthy ? 0 : WITHDRAWALS_UNHEALTHY_BPS)
  );
}
