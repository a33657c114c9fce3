import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  OptionHaircut_Option,
  RegimeDecision_Regime,
  RegimeOption_Rule,
  type MarketData,
  type PolicyOptions,
  type VerifyPlanRequest,
} from '@trimtab/contracts/solver';
import {
  policy,
  refusalOf,
  roundsRequest,
  startSolverWorld,
  strategy,
  strategySnapshot,
  type SolverWorld,
} from './solver-world.js';

const market: MarketData = {
  returnHistoryBps: [-600, 10, 20, 30],
  poolDepth: '900000',
  slippageSamplesBps: [5, 1, 3, 2, 4],
};
const history = { windowPeriods: 3, periodsPerYear: 1, thresholdBps: 4, priceBps: 10_000 };
const options: PolicyOptions = {
  missingDataBps: 50,
  volatility: history,
  covariance: history,
  drawdown: { windowPeriods: 3, thresholdBps: 0, priceBps: 10_000 },
  impact: { referenceWeightBps: 1000, thresholdBps: 0, priceBps: 100 },
  slippage: { quantileBps: 8000, priceBps: 20_000 },
  regime: {
    rule: RegimeOption_Rule.RULE_DRAWDOWN,
    windowPeriods: 3,
    periodsPerYear: 1,
    thresholdBps: 1,
    stressPolicyId: 'stress',
    haircutBps: 40,
  },
  turnover: { penaltyBps: 100 },
};

describe('a policy with options', () => {
  let world: SolverWorld;
  beforeAll(async () => {
    world = await startSolverWorld();
    await world.client.upsertStrategy({ requestId: '', strategy: strategy('aave-usdc') });
    await world.client.submitStrategySnapshots({
      requestId: '',
      snapshots: [strategySnapshot('aave-usdc', { market })],
    });
    await world.client.upsertPolicy({ requestId: '', policy: policy({ options }) });
    await world.client.upsertPolicy({ requestId: '', policy: policy({ policyId: 'plain' }) });
  });
  afterAll(() => world.close());

  const build = (policyId: string) =>
    world.client.buildPlan(roundsRequest({ policyId, allowedStrategies: ['aave-usdc'] }));

  it('is stored with them', async () => {
    const stored = await world.client.getPolicy({ policyId: 'balanced' });
    expect(stored.policy?.options).toEqual(options);
    const listed = await world.client.listStrategies({
      pageSize: 0,
      pageToken: '',
      states: [],
      strategyIds: [],
    });
    expect(listed.strategies[0]?.snapshot?.market).toEqual(market);
  });

  it('needs its stress policy', async () => {
    expect(await refusalOf(build('balanced'))).toMatchObject({ reason: 'POLICY_NOT_FOUND' });
    await world.client.upsertPolicy({ requestId: '', policy: policy({ policyId: 'stress' }) });
  });

  it('gives a plan with a line for each, stored, read and verified with all that it used', async () => {
    const { plan } = await build('balanced');
    if (plan === undefined) throw new Error('no plan');
    const lines = plan.scores[0]?.optionHaircuts.map(({ option, haircutBps }) => [
      option,
      haircutBps,
    ]);
    expect(lines).toEqual([
      [OptionHaircut_Option.OPTION_VOLATILITY, 6],
      [OptionHaircut_Option.OPTION_COVARIANCE, 6],
      [OptionHaircut_Option.OPTION_DRAWDOWN, 0],
      // A tenth of the NAV of 1 000 000 into 900 000, at a hundredth.
      [OptionHaircut_Option.OPTION_IMPACT, 10],
      [OptionHaircut_Option.OPTION_SLIPPAGE, 8],
      [OptionHaircut_Option.OPTION_REGIME, 0],
      [OptionHaircut_Option.OPTION_TURNOVER, 100],
    ]);
    expect(plan.scores[0]?.scoreBps).toBe(600 - 35 - 6 - 6 - 10 - 8 - 100);
    expect(plan.inputs?.policy?.options).toEqual(options);
    expect(plan.inputs?.strategies[0]?.snapshot?.market).toEqual(market);
    expect(plan.inputs?.regime).toMatchObject({
      regime: RegimeDecision_Regime.REGIME_CALM,
      measuredBps: 0,
      basePolicyId: 'balanced',
    });
    const { planHash } = plan;
    expect((await world.client.getPlan({ planHash })).plan).toEqual(plan);
    const subjects: readonly VerifyPlanRequest['subject'][] = [
      { $case: 'planHash', value: planHash },
      { $case: 'plan', value: plan },
    ];
    for (const subject of subjects) {
      const verified = await world.client.verifyPlan({ subject });
      expect(verified).toMatchObject({ equal: true, recomputedHash: planHash });
    }
  });

  it('has its stress policy when the market falls', async () => {
    const fallen = { ...market, returnHistoryBps: [0, 0, -600] };
    await world.client.submitStrategySnapshots({
      requestId: '',
      snapshots: [strategySnapshot('aave-usdc', { market: fallen })],
    });
    const { plan } = await build('balanced');
    if (plan === undefined) throw new Error('no plan');
    expect(plan).toMatchObject({ policyId: 'stress' });
    expect(plan.inputs?.regime).toMatchObject({
      regime: RegimeDecision_Regime.REGIME_STRESSED,
      measuredBps: 600,
    });
    expect(plan.scores[0]).toMatchObject({ scoreBps: 600 - 35 - 40 });
    expect(
      await world.client.verifyPlan({ subject: { $case: 'plan', value: plan } }),
    ).toMatchObject({ equal: true });
  });

  it('does not touch a plan of a policy without any', async () => {
    const { plan } = await build('plain');
    expect(plan?.inputs?.strategies[0]?.snapshot?.market).toBeUndefined();
    expect(plan?.scores[0]).toMatchObject({ scoreBps: 565, optionHaircuts: [] });
  });

  it('is refused by the field that is out of its bounds', async () => {
    const refused = async (changed: PolicyOptions) => {
      const bad = policy({ policyId: 'bad', options: changed });
      const { violations } = await refusalOf(
        world.client.upsertPolicy({ requestId: '', policy: bad }),
      );
      return violations.map(({ field, reason }) => `${field} ${reason}`);
    };
    expect(await refused({ ...options, turnover: { penaltyBps: 0 } })).toEqual([
      'policy.options.turnover.penalty_bps FIELD_INVALID',
    ]);
    const rule = RegimeOption_Rule.RULE_UNSPECIFIED;
    expect(await refused({ ...options, regime: { ...RULE, rule } })).toEqual([
      'policy.options.regime.rule FIELD_REQUIRED',
    ]);
    const itself = { ...RULE, rule: RegimeOption_Rule.RULE_TREND, stressPolicyId: 'bad' };
    expect(await refused({ ...options, regime: itself })).toEqual([
      'policy.options.regime.stress_policy_id FIELD_INVALID',
    ]);
    expect(await refused({ ...NOTHING, missingDataBps: 1 })).toEqual([
      'policy.options.missing_data_bps FIELD_INVALID',
    ]);
    const { violations } = await refusalOf(
      world.client.submitStrategySnapshots({
        requestId: '',
        snapshots: [strategySnapshot('aave-usdc', { market: { ...market, poolDepth: '0' } })],
      }),
    );
    expect(violations[0]?.field).toBe('snapshots[0].market.pool_depth');
  });
});

const RULE = {
  windowPeriods: 3,
  periodsPerYear: 1,
  thresholdBps: 1,
  stressPolicyId: 'stress',
  haircutBps: 0,
};
const NOTHING: PolicyOptions = {
  missingDataBps: 0,
  volatility: undefined,
  covariance: undefined,
  drawdown: undefined,
  impact: undefined,
  slippage: undefined,
  regime: undefined,
  turnover: undefined,
};
