import { z } from 'zod';
import type {
  MarketData,
  OptionHaircut,
  Policy,
  RegimeDecision,
  ScoreOptions,
  StrategyInput,
  StrategySnapshot,
} from '../../domain/index.js';
import { OPTION_NAMES } from '../../domain/index.js';
import { policySchema, snapshotSchema } from './registry-json.js';

/**
 * The stored form of options and market data: with the registry's values, and in the `options` of a
 * plan's inputs. Absent fields stay absent, so that what was stored without them reads as before.
 */

const count = z.number().int();
const excess = { thresholdBps: count, priceBps: count };
const history = z.strictObject({ windowPeriods: count, periodsPerYear: count, ...excess });

const regimeOption = {
  rule: z.enum(['DRAWDOWN', 'VOLATILITY', 'TREND']),
  windowPeriods: count,
  periodsPerYear: count,
  thresholdBps: count,
  stressPolicyId: z.string(),
  haircutBps: count,
};

const scoringSchema = z
  .strictObject({
    missingDataBps: count,
    volatility: history.optional(),
    covariance: history.optional(),
    drawdown: z.strictObject({ windowPeriods: count, ...excess }).optional(),
    impact: z.strictObject({ referenceWeightBps: count, ...excess }).optional(),
    slippage: z.strictObject({ quantileBps: count, priceBps: count }).optional(),
    regime: z.strictObject(regimeOption).optional(),
    turnover: z.strictObject({ penaltyBps: count }).optional(),
  })
  .transform(({ missingDataBps, ...options }): ScoreOptions => ({
    missingDataBps,
    ...present(options),
  }));

const regimeSchema = z
  .strictObject({
    ...regimeOption,
    regime: z.enum(['CALM', 'STRESSED']),
    measuredBps: count.optional(),
    basePolicyId: z.string(),
    basePolicyVersion: count,
  })
  .transform(({ measuredBps, ...decision }): RegimeDecision => ({
    ...decision,
    ...(measuredBps === undefined ? {} : { measuredBps }),
  }));

const marketFields = {
  returnHistoryBps: z.array(count).optional(),
  poolDepth: z.string().optional(),
  slippageSamplesBps: z.array(count).optional(),
};

const marketSchema = z.strictObject(marketFields).transform(toMarket);

/** A snapshot of the registry, with the market data that it may have. */
export const storedSnapshotSchema = snapshotSchema
  .extend({ market: marketSchema.optional() })
  .transform(({ market, ...snapshot }): StrategySnapshot => ({
    ...snapshot,
    ...(market === undefined ? {} : { market }),
  }));

/** A policy of the registry, with the options that it may have. */
export const storedPolicySchema = policySchema
  .extend({ options: scoringSchema.optional() })
  .transform(({ options, ...policy }): Policy => ({
    ...policy,
    ...(options === undefined ? {} : { options }),
  }));

/** The options of a plan's inputs; empty in a plan without any. */
export const planOptionsSchema = z.strictObject({
  scoring: scoringSchema.optional(),
  regime: regimeSchema.optional(),
  market: z
    .array(
      z
        .strictObject({ strategyId: z.string(), ...marketFields })
        .transform(({ strategyId, ...market }) => [strategyId, toMarket(market)] as const),
    )
    .transform((entries) => new Map(entries))
    .optional(),
});

/** What the options of a plan's inputs hold. */
export type PlanOptions = z.infer<typeof planOptionsSchema>;

/** Puts market data back to the snapshots from which the document keeps them apart. */
export function withMarket(
  strategies: readonly StrategyInput[],
  { market }: PlanOptions,
): readonly StrategyInput[] {
  if (market === undefined) return strategies;
  return strategies.map(({ strategy, snapshot }) => {
    const own = market.get(strategy.strategyId);
    if (snapshot === undefined) return { strategy };
    return { strategy, snapshot: own === undefined ? snapshot : { ...snapshot, market: own } };
  });
}

/** The lines of the options in a stored score. */
export const haircutsSchema = z.array(
  z.strictObject({ option: z.enum(OPTION_NAMES), haircutBps: count }),
);

/** The lines as a score carries them: absent if there were none. */
export function storedHaircuts(optionHaircuts: readonly OptionHaircut[] | undefined): {
  readonly optionHaircuts?: readonly OptionHaircut[];
} {
  return optionHaircuts === undefined ? {} : { optionHaircuts };
}

function toMarket({
  returnHistoryBps,
  poolDepth,
  slippageSamplesBps,
}: {
  returnHistoryBps?: number[] | undefined;
  poolDepth?: string | undefined;
  slippageSamplesBps?: number[] | undefined;
}): MarketData {
  return {
    ...(returnHistoryBps === undefined ? {} : { returnHistoryBps }),
    ...(poolDepth === undefined ? {} : { poolDepth: BigInt(poolDepth) }),
    ...(slippageSamplesBps === undefined ? {} : { slippageSamplesBps }),
  };
}

/** The fields that are there. */
function present<T extends object>(fields: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  // What is left has the types that it had.
  return Object.fromEntries(entries) as { [Name in keyof T]?: Exclude<T[Name], undefined> };
}
