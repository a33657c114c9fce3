import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  explicitRequest,
  long,
  policy,
  refusalOf,
  startSolverWorld,
  type SolverWorld,
} from './solver-world.js';

let world: SolverWorld;

beforeAll(async () => {
  world = await startSolverWorld();
});
afterAll(() => world.close());

describe('BuildPlan', () => {
  it('takes a weight at the strategy cap of the policy and refuses one bps more', async () => {
    const { client } = world;
    const capped = policy({ policyId: 'capped', strategyCapBps: 4000 });
    await client.upsertPolicy({ requestId: '', policy: capped });
    const build = (weightBps: number) =>
      client.buildPlan(explicitRequest({ policyId: 'capped', targets: [long('WBTC', weightBps)] }));
    expect((await build(4000)).plan?.targets).toMatchObject([{ weightBps: 4000 }]);
    expect(await refusalOf(build(4001))).toMatchObject({
      kind: 'INVALID_ARGUMENT',
      reason: 'STRATEGY_CAP_EXCEEDED',
      violations: [{ field: 'targets[0].weight_bps', reason: 'STRATEGY_CAP_EXCEEDED' }],
    });
  });

  it('refuses a net asset value that no vault can have', async () => {
    const vault = explicitRequest().vault ?? { vaultId: '', vaultVersion: 0n, weights: [] };
    const build = (nav: bigint) =>
      world.client.buildPlan(explicitRequest({ vault: { ...vault, nav: nav.toString() } }));
    expect((await build(10n ** 42n)).plan?.nav).toBe((10n ** 42n).toString());
    expect((await refusalOf(build(10n ** 42n + 1n))).violations).toMatchObject([
      { field: 'vault.nav', reason: 'AMOUNT_OUT_OF_RANGE' },
    ]);
  });
});

describe('UpsertManager', () => {
  const upsert = (maxNotional: string, allowedStrategies: string[] = []) =>
    world.client.upsertManager({
      requestId: '',
      manager: {
        managerId: 'careful',
        allowedStrategies,
        maxNotional,
        version: 0n,
        createTime: undefined,
        updateTime: undefined,
      },
    });

  it.each([
    ['-1', 'AMOUNT_OUT_OF_RANGE'],
    ['0', 'FIELD_INVALID'],
    ['1.0', 'DECIMAL_NOT_CANONICAL'],
  ])('refuses a largest step of %s: %s', async (maxNotional, reason) => {
    const { violations } = await refusalOf(upsert(maxNotional));
    expect(violations).toMatchObject([{ field: 'manager.max_notional', reason }]);
  });

  it('refuses a strategy that is named twice, and one that is not registered', async () => {
    expect((await refusalOf(upsert('', ['a', 'a']))).violations).toMatchObject([
      { field: 'manager.allowed_strategies[1]', reason: 'DUPLICATE_ID' },
    ]);
    expect((await refusalOf(upsert('', ['nobody']))).reason).toBe('STRATEGY_NOT_FOUND');
  });
});
