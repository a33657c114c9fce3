import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Side } from '@trimtab/contracts/portfolio';
import {
  AdapterKind,
  OptionHaircut_Option,
  PlanMode,
  type Plan,
  type PlanDifference,
} from '@trimtab/contracts/solver';
import { DomainFailure } from '@trimtab/core';
import { everyChange } from '@trimtab/testkit';
import {
  explicitRequest,
  policy,
  refusalOf,
  roundsRequest,
  SNAPSHOT,
  startSolverWorld,
  strategy,
  strategySnapshot,
  type SolverWorld,
} from './solver-world.js';

let world: SolverWorld;
let rounds: Plan;
let explicit: Plan;

const envelope = { programId: 'kamino', label: 'deposit', data: 'AAAA' };

beforeAll(async () => {
  world = await startSolverWorld();
  const { client } = world;
  await client.upsertStrategy({
    requestId: '',
    strategy: strategy('aave-usdc', {
      adapterKind: AdapterKind.ADAPTER_KIND_DRIFT,
      grossApySources: ['pool'],
      strategyCapBps: 4000,
    }),
  });
  await client.upsertStrategy({
    requestId: '',
    strategy: strategy('kamino', { adapterKind: AdapterKind.ADAPTER_KIND_KAMINO }),
  });
  await client.submitStrategySnapshots({
    requestId: '',
    snapshots: ['aave-usdc', 'kamino'].map((id) =>
      strategySnapshot(id, {
        envelopes: [envelope],
        market: { returnHistoryBps: [5, -5, 9], poolDepth: '900', slippageSamplesBps: [1, 2] },
      }),
    ),
  });
  await client.upsertPolicy({
    requestId: '',
    policy: policy({
      protocolCaps: [{ protocol: 'kamino', capBps: 7000 }],
      options: options(),
    }),
  });
  await client.upsertManager({
    requestId: '',
    manager: {
      managerId: 'careful',
      allowedStrategies: ['aave-usdc', 'kamino'],
      maxNotional: '300000',
      version: 0n,
      createTime: undefined,
      updateTime: undefined,
    },
  });
  rounds = await built(roundsRequest({ managerId: 'careful', allowedStrategies: [] }));
  explicit = await built(explicitRequest());
});
afterAll(() => world.close());

const options = () => ({
  missingDataBps: 0,
  volatility: { windowPeriods: 3, periodsPerYear: 365, thresholdBps: 1, priceBps: 2 },
  covariance: undefined,
  drawdown: undefined,
  impact: undefined,
  slippage: undefined,
  regime: undefined,
  turnover: undefined,
});

async function built(request: Parameters<SolverWorld['client']['buildPlan']>[0]): Promise<Plan> {
  const { plan } = await world.client.buildPlan(request);
  if (plan === undefined) throw new Error('no plan in the answer');
  return plan;
}

const verifyHash = (planHash: string) =>
  world.client.verifyPlan({ subject: { $case: 'planHash', value: planHash } });
const verify = (plan: Plan) => world.client.verifyPlan({ subject: { $case: 'plan', value: plan } });

/** The field that makes a plan wrong: the first difference, or the field that cannot even be read. */
async function wrongField(plan: Plan): Promise<string | undefined> {
  try {
    const { equal, firstDifference } = await verify(plan);
    if (equal !== (firstDifference === undefined)) return 'the answer contradicts itself';
    return firstDifference?.field;
  } catch (error) {
    if (error instanceof DomainFailure && error.error.kind === 'INVALID_ARGUMENT') {
      return error.error.violations[0]?.field.replace(/^plan\./, '');
    }
    throw error;
  }
}

describe('VerifyPlan', () => {
  it('finds nothing to say of a stored plan and of the same plan in the hands of a caller', async () => {
    for (const plan of [rounds, explicit]) {
      const { planHash } = plan;
      const right = { equal: true, planHash, recomputedHash: planHash, firstDifference: undefined };
      expect(await verifyHash(planHash)).toEqual(right);
      expect(await verify(plan)).toEqual(right);
      expect(await verify({ ...plan, createTime: undefined })).toEqual(right);
    }
  });

  it('names the value that was found and the one that was computed', async () => {
    const noOp = { ...rounds, noOp: true };
    expect(await verify(noOp)).toEqual({
      equal: false,
      planHash: rounds.planHash,
      recomputedHash: rounds.planHash,
      firstDifference: { field: 'no_op', found: 'true', expected: 'false' },
    });
    const mode = { ...explicit, mode: PlanMode.PLAN_MODE_ROUNDS };
    expect((await verify(mode)).firstDifference).toMatchObject({ field: 'inputs.policy' });
    const [target, ...others] = explicit.targets;
    if (target === undefined) throw new Error('the plan has targets');
    const short = { ...explicit, targets: [{ ...target, weightBps: 5999 }, ...others] };
    expect((await verify(short)).firstDifference).toMatchObject({ field: 'idle_bps' });
  });

  const lackingOptions = ['covariance', 'drawdown', 'impact', 'slippage', 'regime', 'turnover'];

  it('notices every field of a solver plan that was changed, by the field or by its hash', async () => {
    const changes = everyChange('trimtab.solver.v1.Plan', rounds, {
      absent: ['inputs.regime', ...lackingOptions.map((name) => `inputs.policy.options.${name}`)],
    });
    expect(changes.length).toBeGreaterThan(120);
    const missed: string[] = [];
    for (const { field, changed } of changes) {
      const found = await wrongField(changed);
      if (found === undefined && !UNSEEN.has(field)) missed.push(field);
    }
    expect(missed).toEqual([]);
  });

  it('notices every field of an explicit plan that was changed', async () => {
    const changes = everyChange('trimtab.solver.v1.Plan', explicit, {
      absent: [
        'scores',
        'rounds',
        'steps',
        'inputs.strategies',
        'inputs.policy',
        'inputs.manager',
        'inputs.regime',
      ],
    });
    expect(changes.length).toBeGreaterThan(30);
    const missed: string[] = [];
    for (const { field, changed } of changes) {
      if ((await wrongField(changed)) === undefined && !UNSEEN.has(field)) missed.push(field);
    }
    expect(missed).toEqual([]);
  });

  it('names the first place where a stored plan was changed in the database', async () => {
    const { pool } = world.database;
    const tamper = async (
      column: string,
      from: string,
      to: string,
    ): Promise<PlanDifference | undefined> => {
      const where = [rounds.planHash];
      const { rows } = await pool.query<{ text: string }>(
        `select ${column} as text from plans where plan_hash = $1`,
        where,
      );
      const before = rows[0]?.text ?? '';
      expect(before).toContain(from);
      const set = `update plans set ${column} = $2 where plan_hash = $1`;
      await pool.query(set, [...where, before.replace(from, to)]);
      const { firstDifference } = await verifyHash(rounds.planHash);
      await pool.query(set, [...where, before]);
      return firstDifference;
    };
    expect(await tamper('targets', '"weightBps":4000', '"weightBps":4001')).toEqual({
      field: 'targets[0].weight_bps',
      found: '4001',
      expected: '4000',
    });
    const steps = await tamper('steps', '"amount":"400000"', '"amount":"400001"');
    expect(steps?.field).toMatch(/^steps\[\d\]\.amount$/);
    expect(await tamper('inputs', '"strategyCapBps":4000', '"strategyCapBps":4001')).toMatchObject({
      field: 'inputs_hash',
    });
    expect(await tamper('rounds', '"startBps":9000', '"startBps":9001')).toEqual({
      field: 'rounds[0].start_bps',
      found: '9001',
      expected: '9000',
    });
    expect((await verifyHash(rounds.planHash)).equal).toBe(true);
  });

  it('says which input no registry would have taken', async () => {
    const forged = structuredClone(rounds);
    const snapshot = forged.inputs?.strategies[0]?.snapshot;
    if (snapshot === undefined) throw new Error('the plan has a snapshot');
    snapshot.feeBps = -1;
    expect((await verify(forged)).firstDifference).toEqual({
      field: 'inputs.strategies[0].snapshot.fee_bps',
      found: '-1',
      expected: 'must be 0 to 1000000',
    });
    const twice = structuredClone(rounds);
    twice.inputs?.strategies.push(...structuredClone(rounds.inputs?.strategies ?? []));
    expect((await verify(twice)).firstDifference?.field).toBe(
      'inputs.strategies[2].strategy.strategy_id',
    );
  });

  it('refuses a request without a plan, and a hash that nobody knows', async () => {
    const nothing = await refusalOf(world.client.verifyPlan({ subject: undefined }));
    expect(nothing.violations).toMatchObject([{ field: 'subject', reason: 'FIELD_REQUIRED' }]);
    expect((await refusalOf(verifyHash('f'.repeat(64)))).reason).toBe('PLAN_NOT_FOUND');
    expect((await refusalOf(verifyHash(SNAPSHOT.toUpperCase()))).reason).toBe('FIELD_INVALID');
    const noVault = structuredClone(rounds);
    if (noVault.inputs !== undefined) noVault.inputs.vault = undefined;
    expect((await refusalOf(verify(noVault))).violations).toMatchObject([
      { field: 'plan.inputs.vault', reason: 'FIELD_REQUIRED' },
    ]);
  });

  it('a plan names the versions that it used', () => {
    expect(rounds.policyVersion).toBe(1n);
    expect(rounds.inputs?.policy?.version).toBe(1n);
    expect(rounds.inputs?.manager).toMatchObject({ managerId: 'careful', version: 1n });
    expect(
      rounds.inputs?.strategies.map(({ strategy: one, snapshot }) => [
        one?.version,
        snapshot?.version,
      ]),
    ).toEqual([
      [1n, 1n],
      [1n, 1n],
    ]);
    expect(rounds.scores[0]?.optionHaircuts[0]?.option).toBe(
      OptionHaircut_Option.OPTION_VOLATILITY,
    );
    expect(rounds.inputs?.vault?.weights[0]?.side).toBe(Side.SIDE_LONG);
  });
});

/** What says nothing about a plan. */
const UNSEEN = new Set(['create_time']);
