import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Side } from '@trimtab/contracts/portfolio';
import {
  AdapterKind,
  PlanMode,
  TransactionStep_Operation,
  type BuildPlanRequest,
  type Plan,
} from '@trimtab/contracts/solver';
import {
  explicitRequest,
  policy,
  priceSnapshot,
  SNAPSHOT,
  startSolverWorld,
  strategy,
  strategySnapshot,
  type SolverWorld,
} from './solver-world.js';

const folder = mkdtempSync(join(tmpdir(), 'trimtab-solver-'));
const KINDS = {
  static: AdapterKind.ADAPTER_KIND_STATIC,
  described: AdapterKind.ADAPTER_KIND_MANIFEST,
  undescribed: AdapterKind.ADAPTER_KIND_MANIFEST,
  drift: AdapterKind.ADAPTER_KIND_DRIFT,
  kamino: AdapterKind.ADAPTER_KIND_KAMINO,
};
const IDS = Object.keys(KINDS);
const envelope = (label: string) => ({ programId: 'venue', label, data: 'AA==' });
let world: SolverWorld;

beforeAll(async () => {
  const file = join(folder, 'manifest.json');
  const steps = (name: string) => [{ programId: name, label: 'go', data: 'AA==' }];
  const manifest = {
    manifestVersion: 1,
    strategies: [
      {
        strategyId: 'described',
        deposit: steps('pay-in'),
        requestWithdraw: steps('ask'),
        finalizeWithdraw: steps('take'),
      },
    ],
  };
  writeFileSync(file, JSON.stringify(manifest));
  world = await startSolverWorld({ STRATEGY_MANIFEST_FILE: file });
  world.snapshots.set(SNAPSHOT, priceSnapshot(IDS.map((id) => id.toUpperCase())));
  const { client } = world;
  for (const [id, adapterKind] of Object.entries(KINDS)) {
    await client.upsertStrategy({ requestId: '', strategy: strategy(id, { adapterKind }) });
  }
  await client.submitStrategySnapshots({
    requestId: '',
    snapshots: IDS.map((id) =>
      strategySnapshot(id, {
        envelopes: [envelope('deposit'), envelope('withdraw'), envelope('hold')],
      }),
    ),
  });
  await client.upsertPolicy({ requestId: '', policy: policy({ strategyCapBps: 1000 }) });
  await client.upsertManager({
    requestId: '',
    manager: {
      managerId: 'small-steps',
      allowedStrategies: [...IDS].sort(),
      maxNotional: '60000',
      version: 0n,
      createTime: undefined,
      updateTime: undefined,
    },
  });
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});

/** A plan of 1000 bps (100 000) in each strategy, of which all hold the given weight already. */
async function planFrom(heldBps: number, changes: Partial<BuildPlanRequest> = {}): Promise<Plan> {
  const weights = IDS.map((id) => ({
    assetId: id.toUpperCase(),
    side: Side.SIDE_LONG,
    weightBps: heldBps,
  }));
  const { plan } = await world.client.buildPlan(
    explicitRequest({
      mode: PlanMode.PLAN_MODE_ROUNDS,
      policyId: 'balanced',
      managerId: 'small-steps',
      targets: [],
      vault: { vaultId: 'vault-1', vaultVersion: 3n, nav: '1000000', weights },
      ...changes,
    }),
  );
  if (plan === undefined) throw new Error('no plan in the answer');
  return plan;
}

const OPERATIONS = Object.entries(TransactionStep_Operation);

const stepsOf = ({ steps }: Plan): readonly string[] =>
  steps.map(({ operation, strategyId, amount, chunkIndex, chunkCount, envelopes }) => {
    const name = OPERATIONS.find(([, value]) => value === operation)?.[0] ?? '';
    const names = envelopes.map(({ programId, label }) => `${programId} ${label}`);
    const words = name.replace('OPERATION_', '');
    return `${words} ${strategyId} ${amount} ${chunkIndex + 1}/${chunkCount} [${names.join()}]`;
  });

describe('the steps of each adapter in a plan', () => {
  it('pay in: whole where instructions come along, cut where none do', async () => {
    const plan = await planFrom(0);
    expect(stepsOf(plan)).toEqual([
      'DEPOSIT described 100000 1/1 [pay-in deposit: go]',
      'DEPOSIT drift 100000 1/1 [venue deposit]',
      'DEPOSIT kamino 100000 1/1 [venue deposit]',
      'DEPOSIT static 60000 1/2 []',
      'DEPOSIT static 40000 2/2 []',
      'DEPOSIT undescribed 60000 1/2 []',
      'DEPOSIT undescribed 40000 2/2 []',
    ]);
  });

  it('take out: a manifest asks first and takes later', async () => {
    const plan = await planFrom(1700);
    expect(stepsOf(plan)).toEqual([
      'REQUEST_WITHDRAW described 70000 1/1 [ask request_withdraw: go]',
      'FINALIZE_WITHDRAW described 70000 1/1 [take finalize_withdraw: go]',
      'WITHDRAW drift 70000 1/1 [venue withdraw]',
      'WITHDRAW kamino 70000 1/1 [venue withdraw]',
      'WITHDRAW static 60000 1/2 []',
      'WITHDRAW static 10000 2/2 []',
      'WITHDRAW undescribed 60000 1/2 []',
      'WITHDRAW undescribed 10000 2/2 []',
    ]);
  });

  it('stay: only what has to be told that it holds', async () => {
    const plan = await planFrom(1000);
    expect(stepsOf(plan)).toEqual([
      'HOLD drift 0 1/1 [venue hold]',
      'HOLD kamino 0 1/1 [venue hold]',
    ]);
    expect(plan).toMatchObject({
      noOp: true,
      noOpReason:
        'targets differ from what is held by 0 bps in sum, less than the 50 bps from which the policy acts',
    });
    const { plan: stored } = await world.client.getPlan({ planHash: plan.planHash });
    expect(stored).toEqual(plan);
  });

  it('are part of what VerifyPlan computes again, without the manifest', async () => {
    for (const heldBps of [0, 1000, 1700]) {
      const plan = await planFrom(heldBps);
      const subject = { $case: 'plan', value: plan } as const;
      expect(await world.client.verifyPlan({ subject })).toMatchObject({ equal: true });
    }
  });
});
