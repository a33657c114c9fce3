import { describe, expect, it } from 'vitest';
import { buildPlan } from '../build-plan.js';
import { managerOf, policyOf, roundsProblem, scoring, vaultOf } from '../solver.fixture.js';
import type { Policy } from '../policy.js';
import type { Strategy, StrategyInput } from '../strategy.js';
import type { MarketData } from './market-data.js';
import { optionHaircuts } from './option-haircuts.js';
import type { ScoreOptions } from './score-options.js';

const market: MarketData = {
  returnHistoryBps: [500, 10, 20, 30],
  poolDepth: 900_000n,
  slippageSamplesBps: [5, 1, 3, 2, 4],
};

const strategyWith = (
  id: string,
  data: MarketData | undefined,
  definition: Partial<Strategy> = {},
): StrategyInput => {
  const { strategy, snapshot } = scoring(id, 600, definition);
  if (snapshot === undefined) throw new Error('a scored strategy has a snapshot');
  return { strategy, snapshot: { ...snapshot, ...(data === undefined ? {} : { market: data }) } };
};

const linesOf = (
  options: Partial<ScoreOptions>,
  strategies: readonly StrategyInput[],
  changes: {
    policy?: Partial<Policy>;
    liveBps?: number;
    allowed?: readonly StrategyInput[];
  } = {},
) => {
  const [first] = strategies;
  if (first === undefined) throw new Error('no strategies');
  const weights = [{ assetId: 'A', side: 'LONG', weightBps: changes.liveBps ?? 0 }] as const;
  const haircutsOf = optionHaircuts({
    strategies,
    policy: policyOf({ options: { missingDataBps: 900, ...options }, ...changes.policy }),
    manager: managerOf(changes.allowed ?? strategies),
    vault: vaultOf({ weights }),
  });
  return haircutsOf?.(first).map(({ option, haircutBps }) => `${option} ${haircutBps}`);
};

const history = { windowPeriods: 3, periodsPerYear: 1, thresholdBps: 4, priceBps: 10_000 };
const drawdown = { windowPeriods: 3, thresholdBps: 0, priceBps: 10_000 };
const impact = { referenceWeightBps: 1000, thresholdBps: 0, priceBps: 10_000 };
const slippage = { quantileBps: 8000, priceBps: 20_000 };
const turnover = { penaltyBps: 100 };

describe('the haircuts of options', () => {
  it('are one line for each option that is on, in a fixed order', () => {
    const all = { turnover, slippage, impact, drawdown, covariance: history, volatility: history };
    expect(linesOf(all, [strategyWith('a', market)], { liveBps: 0 })).toEqual([
      // The latest three returns have a volatility of 10, 6 above the threshold.
      'VOLATILITY 6',
      'COVARIANCE 6',
      'DRAWDOWN 0',
      // A tenth of the NAV of 1 000 000 into 900 000.
      'IMPACT 1000',
      // The fourth of five, at a price of two.
      'SLIPPAGE 8',
      'TURNOVER 100',
    ]);
  });

  it('are none when no option is on', () => {
    expect(linesOf({}, [strategyWith('a', market)])).toBeUndefined();
  });

  it.each([
    ['VOLATILITY', { volatility: history }],
    ['COVARIANCE', { covariance: history }],
    ['DRAWDOWN', { drawdown }],
    ['IMPACT', { impact }],
    ['SLIPPAGE', { slippage }],
  ] as const)('%s of a strategy without its data is the one for missing data', (name, options) => {
    expect(linesOf(options, [strategyWith('a', undefined)])).toEqual([`${name} 900`]);
    expect(linesOf(options, [strategyWith('a', {})])).toEqual([`${name} 900`]);
  });

  it('TURNOVER needs no data', () => {
    expect(linesOf({ turnover }, [strategyWith('a', undefined)])).toEqual(['TURNOVER 100']);
  });

  it('a history that is one period too short is missing data, one that fits is enough', () => {
    const short = { ...market, returnHistoryBps: [10, 20] };
    expect(linesOf({ drawdown }, [strategyWith('a', short)])).toEqual(['DRAWDOWN 900']);
    const fits = { ...market, returnHistoryBps: [-10, 0, 0] };
    expect(linesOf({ drawdown }, [strategyWith('a', fits)])).toEqual(['DRAWDOWN 10']);
  });

  it('COVARIANCE: of two strategies that move together one pays, of a hedge none does', () => {
    const a = strategyWith('a', { returnHistoryBps: [10, 20, 30] });
    const h = strategyWith('h', { returnHistoryBps: [60, 40, 20] });
    const options = { covariance: { ...history, thresholdBps: 0 } };
    expect(linesOf(options, [a, h])).toEqual(['COVARIANCE 0']);
    expect(linesOf(options, [h, a])).toEqual(['COVARIANCE 20']);
    // Of a alone it is the volatility of a: what is not allowed is not part of all.
    expect(linesOf(options, [a, h], { allowed: [a] })).toEqual(['COVARIANCE 10']);
  });

  it('IMPACT and TURNOVER fall with what is held, and end at the smaller cap', () => {
    const capped = strategyWith('a', market, { strategyCapBps: 500 });
    expect(linesOf({ impact, turnover }, [capped])).toEqual(['IMPACT 527', 'TURNOVER 100']);
    expect(linesOf({ impact, turnover }, [capped], { liveBps: 250 })).toEqual([
      'IMPACT 271',
      'TURNOVER 50',
    ]);
    expect(linesOf({ impact, turnover }, [capped], { liveBps: 500 })).toEqual([
      'IMPACT 0',
      'TURNOVER 0',
    ]);
    const policy = { strategyCapBps: 250 };
    expect(linesOf({ turnover }, [capped], { policy, liveBps: 250 })).toEqual(['TURNOVER 0']);
  });

  it('SLIPPAGE counts only what is above the expected slippage', () => {
    const { strategy, snapshot } = strategyWith('a', market);
    if (snapshot === undefined) throw new Error('no snapshot');
    const expecting = (slippageBps: number) =>
      linesOf({ slippage }, [{ strategy, snapshot: { ...snapshot, slippageBps } }]);
    expect(expecting(3)).toEqual(['SLIPPAGE 2']);
    expect(expecting(4)).toEqual(['SLIPPAGE 0']);
  });
});

describe('a plan with options', () => {
  const options: ScoreOptions = { missingDataBps: 50, volatility: history, turnover };
  const strategies = [strategyWith('a', market), strategyWith('b', undefined)];
  const planOf = (policy: Policy, inputs = strategies) => {
    const plan = buildPlan(roundsProblem(inputs, { policy }));
    if (!plan.ok) throw new Error(plan.error.message);
    return plan.value;
  };

  it('subtracts every line from the score and carries what the lines follow from', () => {
    const plan = planOf(policyOf({ options }));
    expect(plan.scores.map(({ score }) => score)).toMatchObject([
      {
        scoreBps: 494,
        optionHaircuts: [
          { option: 'VOLATILITY', haircutBps: 6 },
          { option: 'TURNOVER', haircutBps: 100 },
        ],
      },
      { scoreBps: 450 },
    ]);
    expect(plan.inputs.strategies[0]?.snapshot?.market).toEqual(market);
  });

  it('has another hash for each option and each piece of market data', () => {
    const hashes = [
      planOf(policyOf()),
      planOf(policyOf({ options })),
      planOf(policyOf({ options: { ...options, missingDataBps: 51 } })),
      planOf(policyOf({ options: { ...options, volatility: { ...history, priceBps: 1 } } })),
      planOf(policyOf({ options: { ...options, turnover: { penaltyBps: 101 } } })),
      ...[
        { ...market, returnHistoryBps: [501, 10, 20, 30] },
        { ...market, poolDepth: 900_001n },
        { ...market, slippageSamplesBps: [5, 1, 3, 2] },
      ].map((data) =>
        planOf(policyOf({ options }), [strategyWith('a', data), strategyWith('b', undefined)]),
      ),
    ].map(({ planHash }) => planHash);
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
