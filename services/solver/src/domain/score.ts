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

/**
 * Scores a strategy; undefined when it has no snapshot. The haircuts of options come on top. Every
 * field is a whole number of at most 2^31 (the registry refuses above 1 000 000), so all sums are exact.
 */
export function scoreOf(
  input: StrategyInput,
  optionHaircuts?: readonly OptionHaircut[],
): Score | undefined {
  const { strategy, snapshot } = input;
  if (snapshot === undefined) return undefined;
  const expectedNetApyBps = adapterOf(strategy.adapterKind).expectedNetApyBps(snapshot);
  const riskBps = halfUpShare(snapshot.riskScoreBps, 35, 100);
  const liquidityBps = liquidityHaircut(snapshot);
  const feeBps = snapshot.feeBps + snapshot.borrowCostBps + snapshot.slippageBps;
  const concentrationBps = halfUpShare(snapshot.protocolConcentrationBps, 1, 5);
  const operationalBps = operationalHaircut(strategy, snapshot);
  let scoreBps =
    expectedNetApyBps - riskBps - liquidityBps - feeBps - concentrationBps - operationalBps;
  for (const { haircutBps } of optionHaircuts ?? []) scoreBps -= haircutBps;
  const score: Score = {
    strategyId: strategy.strategyId,
    expectedNetApyBps,
    riskBps,
    liquidityBps,
    feeBps,
    concentrationBps,
    operationalBps,
    scoreBps,
  };
  return optionHaircuts === undefined ? score : { ...score, optionHaircuts };
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
