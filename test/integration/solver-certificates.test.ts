import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CapKind, PlanMode, type BuildPlanRequest } from '@trimtab/contracts/solver';
import { eventually } from '@trimtab/testkit';
import {
  explicitRequest,
  policy,
  roundsRequest,
  startSolverWorld,
  strategy,
  strategySnapshot,
  type SolverWorld,
} from './solver-world.js';

let world: SolverWorld;

beforeAll(async () => {
  world = await startSolverWorld();
  const { client } = world;
  for (const id of ['aave-usdc', 'kamino']) {
    await client.upsertStrategy({ requestId: randomUUID(), strategy: strategy(id) });
  }
  await client.submitStrategySnapshots({
    requestId: randomUUID(),
    snapshots: [
      // Scores 600 and 300.
      strategySnapshot('aave-usdc', { riskScoreBps: 0 }),
      strategySnapshot('kamino', { grossApyBps: 325, riskScoreBps: 0 }),
    ],
  });
  await client.upsertPolicy({
    requestId: randomUUID(),
    policy: policy({ strategyCapBps: 7000 }),
  });
});

afterAll(() => world.close());

const exactRequest = (changes: Partial<BuildPlanRequest> = {}): BuildPlanRequest =>
  roundsRequest({ mode: PlanMode.PLAN_MODE_EXACT, ...changes });

const certificateOf = (planHash: string) =>
  eventually(async () => (await world.client.getPlan({ planHash })).certificate, {
    what: 'the certificate',
  });

describe('mode EXACT', () => {
  it('allocates by the optimum, with the same hash every time', async () => {
    const first = await world.client.buildPlan(exactRequest());
    // The rounds give 6000 and 3000; the optimum fills the cap of 7000 first.
    expect(first.plan?.targets.map(({ weightBps }) => weightBps)).toEqual([7000, 2000]);
    expect(first.plan?.rounds).toEqual([]);
    const again = await world.client.buildPlan(exactRequest({ validateOnly: true }));
    expect(again.plan?.planHash).toBe(first.plan?.planHash);
  });

  it('is verified by VerifyPlan', async () => {
    const { plan } = await world.client.buildPlan(exactRequest());
    const value = plan?.planHash ?? '';
    const verified = await world.client.verifyPlan({ subject: { $case: 'planHash', value } });
    expect(verified).toMatchObject({ equal: true, planHash: value, recomputedHash: value });
  });
});

describe('the certificate', () => {
  const expected = {
    // 7000 · 600 + 2000 · 300; the rounds earn 6000 · 600 + 3000 · 300 = 4 500 000.
    optimalObjective: 4_800_000n,
    gapBps: 625,
    shadowPrices: [
      { cap: CapKind.CAP_KIND_POLICY_STRATEGY, name: 'aave-usdc', priceDecimal: '300' },
      { cap: CapKind.CAP_KIND_REMAINING, name: '', priceDecimal: '300' },
    ],
  };

  it('comes with the plan when it is asked for, and is kept', async () => {
    const requestId = randomUUID();
    const request = roundsRequest({ requestId, includeCertificate: true });
    const first = await world.client.buildPlan(request);
    expect(first.certificate).toMatchObject({ planHash: first.plan?.planHash, ...expected });
    expect(await world.client.buildPlan(request)).toEqual(first);
    const planHash = first.plan?.planHash ?? '';
    expect((await world.client.getPlan({ planHash })).certificate).toEqual(first.certificate);
  });

  it('is made after a plan that did not ask, and is the one that asking gives', async () => {
    const generateTime = new Date(1_522_800_001_000);
    const built = await world.client.buildPlan(roundsRequest({ generateTime }));
    expect(built.certificate).toBeUndefined();
    const certificate = await certificateOf(built.plan?.planHash ?? '');
    const asked = roundsRequest({ generateTime, includeCertificate: true, validateOnly: true });
    expect((await world.client.buildPlan(asked)).certificate).toEqual(certificate);
  });

  it('of a plan of mode EXACT states the gap of the rounds', async () => {
    const built = await world.client.buildPlan(exactRequest({ includeCertificate: true }));
    expect(built.certificate).toMatchObject(expected);
  });

  it('is not stored by a dry run', async () => {
    const generateTime = new Date(1_522_800_002_000);
    const request = roundsRequest({ generateTime, includeCertificate: true, validateOnly: true });
    const { plan } = await world.client.buildPlan(request);
    const { rowCount } = await world.database.pool.query(
      'select from plan_certificates where plan_hash = $1',
      [plan?.planHash],
    );
    expect(rowCount).toBe(0);
  });

  it('is never made of explicit targets', async () => {
    const { plan } = await world.client.buildPlan(explicitRequest());
    const { rowCount } = await world.database.pool.query(
      'select from plan_certificates where plan_hash = $1',
      [plan?.planHash],
    );
    expect(rowCount).toBe(0);
  });

  it('is made after a restart, also when it could not be made before', async () => {
    const generateTime = new Date(1_522_800_003_000);
    const { plan } = await world.client.buildPlan(roundsRequest({ generateTime }));
    const planHash = plan?.planHash ?? '';
    const made = await certificateOf(planHash);
    await world.database.pool.query(
      'update plan_certificates set certificate = null, attempts = 5 where plan_hash = $1',
      [planHash],
    );
    expect((await world.client.getPlan({ planHash })).certificate).toBeUndefined();
    await world.restart();
    expect(await certificateOf(planHash)).toEqual(made);
  });

  it('one plan that cannot be certified does not keep the others waiting', async () => {
    const built = async (second: number) => {
      const generateTime = new Date(1_522_800_000_000 + second * 1000);
      const { plan } = await world.client.buildPlan(roundsRequest({ generateTime }));
      return plan?.planHash ?? '';
    };
    const broken = await built(10);
    await certificateOf(broken);
    await world.database.pool.query(`update plans set scores = '[]' where plan_hash = $1`, [
      broken,
    ]);
    await world.database.pool.query(
      'update plan_certificates set certificate = null where plan_hash = $1',
      [broken],
    );
    await certificateOf(await built(11));
    const attempts = await eventually(
      async () => {
        const { rows } = await world.database.pool.query<{ attempts: number }>(
          'select attempts from plan_certificates where plan_hash = $1 and attempts > 0',
          [broken],
        );
        return rows[0]?.attempts;
      },
      { what: 'a failed attempt' },
    );
    expect(attempts).toBeGreaterThan(0);
  });

  it('is refused when the stored one was changed', async () => {
    const generateTime = new Date(1_522_800_020_000);
    const { plan } = await world.client.buildPlan(
      roundsRequest({ generateTime, includeCertificate: true }),
    );
    const planHash = plan?.planHash ?? '';
    await world.database.pool.query(
      `update plan_certificates set certificate = replace(certificate, '625', '624')
        where plan_hash = $1`,
      [planHash],
    );
    await expect(world.client.getPlan({ planHash })).rejects.toThrow();
  });
});
