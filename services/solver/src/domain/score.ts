import { assertNever, compare } from '@trimtab/core';
import { adapterOf } from './adapters/adapter-of.js';
import { halfUpShare } from './half-up.js';
import type { OptionHaircut } from './options/score-options.js';
import type { LiquidityProfile, Strategy, StrategyInput, StrategySnapshot } from './strategy.js';

/**
 * The score of a strategy: its expected net APY less five haircuts (solver rules, score). Fees are
 * subtracted twice on purpose, in the net APY and as a haircut: the source does so (trap T13).
 */
export interface Score {
  readonly strategyId: string;
  readonly expectedNetApyBps: number;
  /** Haircuts are what the score subtracts: positive costs. */
  readonly riskBps: number;
  readonly liquidityBps: number;
  readonly feeBps: number;
  readonly concentrationBps: number;
  readonly operationalBps: number;
  readonly scoreBps: number;
  /** What each option took off, in their fixed order; absent when no option is on. */
  readonly optionHaircuts?: readonly OptionHaircut[];
}

const CANARY_BPS = 120;
const ORACLE_UNHEALTHY_BPS = 400;
const PROTOCOL_UNHEALTHY_BPS = 600;
const WITHDRAWALS_UNHEALTHY_BPS = 300;

/** Scores a strategy; undefined when it has no snapshot. The haircuts of options come on top. */
export function scoreOf(
  input: StrategyInput,
  optionHaircuts?: readonly OptionHaircut[],
): Score | undefined {
  const { strategy, snapshot } = input;
  if (snapshot === undefined) return undefined;
  const components = {
    expectedNetApyBps: adapterOf(strategy.adapterKind).expectedNetApyBps(snapshot),
    riskBps: halfUpShare(snapshot.riskScoreBps, 35, 100),
    liquidityBps: liquidityHaircut(snapshot),
    feeBps: snapshot.feeBps + snapshot.borrowCostBps + snapshot.slippageBps,
    concentrationBps: halfUpShare(snapshot.protocolConcentrationBps, 1, 5),
    operationalBps: operationalHaircut(strategy, snapshot),
  };
  const scoreBps =
    components.expectedNetApyBps -
    components.riskBps -
    components.liquidityBps -
    components.feeBps -
    components.concentrationBps -
    components.operationalBps -
    (optionHaircuts ?? []).reduce((sum, { haircutBps }) => sum + haircutBps, 0);
  return {
    strategyId: strategy.strategyId,
    ...components,
    scoreBps,
    ...(optionHaircuts === undefined ? {} : { optionHaircuts }),
  };
}

/** Orders scores from the best: score descending, then strategyId ascending (trap T8). */
export function bestFirst(left: Score, right: Score): number {
  return compare(right.scoreBps, left.scoreBps) || compare(left.strategyId, right.strategyId);
}

function liquidityHaircut(snapshot: StrategySnapshot): number {
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

function operationalHaircut(strategy: Strategy, snapshot: StrategySnapshot): number {
  return (
    snapshot.operationalComplexityBps +
    (strategy.canary ? CANARY_BPS : 0) +
    (snapshot.oracleHealthy ? 0 : ORACLE_UNHEALTHY_BPS) +
    (snapshot.protocolHealthy ? 0 : PROTOCOL_UNHEALTHY_BPS) +
    (snapshot.withdrawalsHealthy ? 0 : WITHDRAWALS_UNHEALTHY_BPS)
  );
}
