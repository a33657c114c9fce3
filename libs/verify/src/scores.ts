import type { Json } from './canonical-text.js';
import { nearest } from './exact.js';
import { optionLines, type Line } from './option-haircuts.js';
import type { Inputs, Measured, Strategy } from './plan-inputs.js';

/** A strategy's score and what of it each haircut took, in bps. */
export interface Score {
  readonly netApy: number;
  readonly risk: number;
  readonly liquidity: number;
  readonly fee: number;
  readonly concentration: number;
  readonly operational: number;
  readonly score: number;
  /** What each option took; absent when none is on. */
  readonly lines?: readonly Line[];
}

/** A strategy after scoring. */
export interface Assessed {
  readonly strategy: Strategy;
  readonly score?: Score;
  /** The first filter it failed; absent for a candidate. */
  readonly failed?: string;
}

const LIQUIDITY = { INSTANT: 25, SAME_DAY: 60, BATCHED: 135, TERM: 220 } as const;

/** Scores every strategy (solver rules, score and candidates). */
export function assess(inputs: Inputs): readonly Assessed[] {
  const linesOf = optionLines(inputs);
  return inputs.strategies.map((strategy) => {
    const { measured } = strategy;
    if (measured === undefined) return { strategy, failed: 'SNAPSHOT_MISSING' };
    const score = withLines(scoreOf(strategy, measured), linesOf?.(strategy, measured));
    const failed = failedFilter(strategy, measured, score.score, inputs.allowed);
    return { strategy, score, ...(failed !== undefined && { failed }) };
  });
}

function scoreOf({ canary }: Strategy, it: Measured): Score {
  const netApy = it.gross - it.fee - it.borrow - it.slippage;
  const risk = half(BigInt(it.riskScore) * 35n, 100n);
  const liquidity = LIQUIDITY[it.liquidity] + half(BigInt(it.delayHours), 2n);
  // The fees are counted again on purpose: the rule says so.
  const fee = it.fee + it.borrow + it.slippage;
  const concentration = half(BigInt(it.concentration), 5n);
  const operational =
    it.complexity +
    (canary ? 120 : 0) +
    (it.oracleHealthy ? 0 : 400) +
    (it.protocolHealthy ? 0 : 600) +
    (it.withdrawalsHealthy ? 0 : 300);
  const score = netApy - risk - liquidity - fee - concentration - operational;
  return { netApy, risk, liquidity, fee, concentration, operational, score };
}

function withLines(plain: Score, lines: readonly Line[] | undefined): Score {
  if (lines === undefined) return plain;
  const taken = lines.reduce((sum, { haircutBps }) => sum + haircutBps, 0);
  return { ...plain, score: plain.score - taken, lines };
}

function half(top: bigint, bottom: bigint): number {
  return Number(nearest(top, bottom));
}

function failedFilter(
  strategy: Strategy,
  measured: Measured,
  score: number,
  allowed: ReadonlySet<string> = new Set(),
): string | undefined {
  if (!allowed.has(strategy.strategyId)) return 'NOT_ALLOWED';
  if (strategy.state !== 'ACTIVE') return 'NOT_ACTIVE';
  if (!measured.oracleHealthy) return 'ORACLE_UNHEALTHY';
  if (!measured.protocolHealthy) return 'PROTOCOL_UNHEALTHY';
  return score > 0 ? undefined : 'SCORE_NOT_POSITIVE';
}

/** The scores document that these strategies have. */
export function scoresDocument(assessed: readonly Assessed[]): Json {
  return assessed.map(({ strategy, score, failed }) => ({
    strategyId: strategy.strategyId,
    ...(score !== undefined && {
      expectedNetApyBps: score.netApy,
      riskBps: score.risk,
      liquidityBps: score.liquidity,
      feeBps: score.fee,
      concentrationBps: score.concentration,
      operationalBps: score.operational,
      ...(score.lines !== undefined && {
        optionHaircuts: score.lines.map((line) => ({ ...line })),
      }),
      scoreBps: score.score,
    }),
    ...(failed !== undefined && { failedFilter: failed }),
  }));
}
