import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AdmittingChange_Kind,
  CandidateFilter,
  CapKind,
  ExplanationLine_Kind,
  PlanMode,
} from '@trimtab/contracts/solver';
import {
  explicitRequest,
  policy,
  refusalOf,
  roundsRequest,
  startSolverWorld,
  strategy,
  strategySnapshot,
  type SolverWorld,
} from './solver-world.js';

describe('ExplainPlan', () => {
  let world: SolverWorld;
  beforeAll(async () => {
    world = await startSolverWorld();
    for (const id of ['aave-usdc', 'kamino', 'wbtc']) {
      const exotic = id === 'kamino';
      await world.client.upsertStrategy({ requestId: '', strategy: strategy(id, { exotic }) });
    }
    await world.client.submitStrategySnapshots({
      requestId: '',
      snapshots: [
        strategySnapshot('aave-usdc'),
        strategySnapshot('kamino'),
        strategySnapshot('wbtc', { grossApyBps: 60 }),
      ],
    });
    const limits = policy({ exoticCapBps: 0, strategyCapBps: 4000 });
    await world.client.upsertPolicy({ requestId: '', policy: limits });
  });
  afterAll(() => world.close());

  const built = async (mode: PlanMode) => {
    const request = roundsRequest({ mode, allowedStrategies: ['aave-usdc', 'kamino', 'wbtc'] });
    const { plan } = await world.client.buildPlan(request);
    if (plan === undefined) throw new Error('no plan');
    return plan;
  };

  it('has every part of the 10 000, the way to each score, and what would admit the others', async () => {
    const { planHash } = await built(PlanMode.PLAN_MODE_ROUNDS);
    const { lines, exclusions } = await world.client.explainPlan({ planHash, strategyIds: [] });
    expect(lines.map(({ kind, weightBps }) => [kind, weightBps])).toEqual([
      [ExplanationLine_Kind.KIND_GRANT, 4000],
      [ExplanationLine_Kind.KIND_RESERVE, 1000],
      [ExplanationLine_Kind.KIND_IDLE, 5000],
    ]);
    expect(lines[0]).toMatchObject({
      strategyId: 'aave-usdc',
      score: { scoreBps: 565 },
      grants: [{ grantBps: 4000, clippedBy: CapKind.CAP_KIND_POLICY_STRATEGY }],
      grantRounds: [1],
    });
    expect(lines[0]?.waterfall.map(({ name, bps }) => [name, bps])).toEqual([
      ['GROSS_APY', 625],
      ['FEE', 0],
      ['BORROW_COST', 0],
      ['SLIPPAGE_COST', 0],
      ['RISK', -35],
      ['LIQUIDITY', -25],
      ['FEES_AGAIN', 0],
      ['CONCENTRATION', 0],
      ['OPERATIONAL', 0],
    ]);
    expect(exclusions).toMatchObject([
      {
        strategyId: 'kamino',
        clippedBy: CapKind.CAP_KIND_EXOTIC,
        admittingChange: 'a cap of exotic strategies of 1 bps instead of 0',
        change: { kind: AdmittingChange_Kind.KIND_EXOTIC_CAP, name: '', from: 0, to: 1 },
      },
      {
        strategyId: 'wbtc',
        failedFilter: CandidateFilter.CANDIDATE_FILTER_SCORE_NOT_POSITIVE,
        text: 'failed the filter SCORE_NOT_POSITIVE: it scores 0, and a candidate at least 1',
        change: { kind: AdmittingChange_Kind.KIND_GROSS_APY, name: 'wbtc', from: 60, to: 61 },
      },
    ]);
  });

  it('searches only the strategies that are asked for', async () => {
    const { planHash } = await built(PlanMode.PLAN_MODE_ROUNDS);
    const { exclusions } = await world.client.explainPlan({ planHash, strategyIds: ['wbtc'] });
    expect(exclusions.map(({ strategyId, change }) => [strategyId, change?.to])).toEqual([
      ['kamino', undefined],
      ['wbtc', 61],
    ]);
  });

  it('of an exact plan sums to 10 000 as well', async () => {
    const { planHash } = await built(PlanMode.PLAN_MODE_EXACT);
    const { lines } = await world.client.explainPlan({ planHash, strategyIds: [] });
    expect(lines.reduce((sum, { weightBps }) => sum + weightBps, 0)).toBe(10_000);
  });

  it('of explicit targets says that the caller stated them', async () => {
    const { plan } = await world.client.buildPlan(explicitRequest());
    const planHash = plan?.planHash ?? '';
    const { lines, exclusions } = await world.client.explainPlan({ planHash, strategyIds: [] });
    expect(lines[0]).toMatchObject({ assetId: 'WBTC', weightBps: 6000, score: undefined });
    expect(lines[0]?.text).toBe('WBTC LONG: stated by the caller');
    expect(exclusions).toEqual([]);
  });

  it('of an unknown plan, and of ids that repeat, is refused', async () => {
    const explain = (planHash: string, strategyIds: string[]) =>
      refusalOf(world.client.explainPlan({ planHash, strategyIds }));
    expect(await explain('b'.repeat(64), [])).toMatchObject({ reason: 'PLAN_NOT_FOUND' });
    expect((await explain('b'.repeat(64), ['a', 'a'])).violations).toMatchObject([
      { field: 'strategy_ids[1]', reason: 'DUPLICATE_ID' },
    ]);
  });
});
