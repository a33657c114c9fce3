import { contentHash, TAGS } from '@trimtab/canonical';
import { OrderGenServiceService, RebalanceTerms } from '@trimtab/contracts/ordergen';
import { RebalancePurpose } from '@trimtab/contracts/portfolio';
import { GetPlanResponse, Plan, SolverServiceService } from '@trimtab/contracts/solver';
import { VaultServiceService, type Vault } from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import {
  AUTHENTICATED,
  bindService,
  createGrpcServer,
  createUserClient,
  type MethodName,
  type Rule,
  type ServiceClient,
} from '@trimtab/grpc';
import { createVirtualClock, group, systemIds, type Component } from '@trimtab/lifecycle';
import { createInProcessBus } from '@trimtab/messaging';
import { composeOrderGen, orderGenConfig, type OrderGenTables } from '@trimtab/ordergen';
import type { Database } from '@trimtab/storage';
import { silentLogger } from '@trimtab/telemetry';
import { testAuth, testDatabase } from '@trimtab/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newVault, refusal, requestId, START } from './ordergen-world.js';

const HASH = 'a'.repeat(64);
const STEPS = contentHash(TAGS.steps, []);

/** What the solver of this test answers, whatever it is asked for. */
let served: Plan;
let vault: Vault;
let orderGen: ServiceClient<typeof OrderGenServiceService>;
let database: Database<OrderGenTables>;
const undo: (() => unknown)[] = [];

const logger = silentLogger();
const rules = Object.fromEntries(
  Object.values<{ readonly path: string }>(SolverServiceService).map(({ path }) => [
    path.slice(path.lastIndexOf('/') + 1),
    AUTHENTICATED,
  ]),
) as Readonly<Record<MethodName<typeof SolverServiceService>, Rule>>;

beforeAll(async () => {
  const auth = await testAuth();
  const { authenticator, issuer } = auth;
  const solver = createGrpcServer({
    name: 'solver',
    address: '127.0.0.1:0',
    services: [
      bindService({
        definition: SolverServiceService,
        rules,
        handlers: { GetPlan: async () => GetPlanResponse.fromPartial({ plan: served }) },
      }),
    ],
    authenticator,
    logger,
    reflection: false,
    drainTimeoutMs: 1000,
  });
  await solver.start();
  database = await testDatabase<OrderGenTables>('ordergen');
  const bus = createInProcessBus({ logger });
  const service = composeOrderGen(
    orderGenConfig({
      DATABASE_URL: 'postgres://the-test-passes-its-own',
      GRPC_ADDRESS: '127.0.0.1:0',
      SOLVER_ADDRESS: solver.address,
    }),
    {
      clock: createVirtualClock(START),
      ids: systemIds,
      database,
      bus,
      authenticator,
      tokenIssuer: issuer,
      logger,
    },
  );
  await service.start();
  const all: Component = group('world', [solver, service]);
  const options = {
    address: service.address,
    token: await auth.token('owner', ['intent:write', 'rebalance:write']),
  };
  orderGen = createUserClient({ definition: OrderGenServiceService, ...options });
  const vaults = createUserClient({ definition: VaultServiceService, ...options });
  const created = await vaults.createVault({ requestId: requestId(), vault: newVault() });
  vault = present(created.vault, 'CreateVault answers with a vault');
  undo.push(
    () => vaults.close(),
    () => orderGen.close(),
    () => all.stop(),
    () => bus.close(),
    () => database.close(),
  );
});
afterAll(async () => {
  for (const one of undo) await one();
});

describe('a plan of the solver whose content has another hash', () => {
  it.each([
    ['steps', 'BUNDLE_HASH_MISMATCH', { txBundleHash: HASH }],
    ['targets', 'PLAN_HASH_MISMATCH', { txBundleHash: STEPS, targetWeightsHash: HASH }],
  ])('is refused by CreateRebalance, naming the %s: %s', async (document, reason, hashes) => {
    served = Plan.fromPartial({ planHash: HASH, ...hashes });
    const terms = RebalanceTerms.fromPartial({
      vaultId: vault.vaultId,
      vaultVersion: vault.version,
      fence: vault.fence,
      source: { $case: 'planHash', value: HASH },
      snapshotHash: HASH,
      purpose: RebalancePurpose.REBALANCE_PURPOSE_REBALANCE,
    });
    const call = orderGen.createRebalance({ requestId: requestId(), terms });
    expect(await refusal(call)).toMatchObject({
      kind: 'FAILED_PRECONDITION',
      reason,
      metadata: { document, stated: HASH },
    });
    const { rows } = await database.pool.query('select 1 from rebalances');
    expect(rows).toEqual([]);
  });
});
