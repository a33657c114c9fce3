import { randomUUID } from 'node:crypto';
import { connectClients, fetchBundle, openVault, type SuiteClients } from '@trimtab/cli';
import { ExecType, FailureReason } from '@trimtab/contracts/execution';
import {
  CreateRebalanceRequest,
  ResolveActionRequest,
  Rebalance_State as RebalanceState,
  type Rebalance,
} from '@trimtab/contracts/ordergen';
import { RebalancePurpose, Side } from '@trimtab/contracts/portfolio';
import { SetVaultPolicyRequest } from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import { eventually } from '@trimtab/testkit';
import { verifyBundle } from '@trimtab/verify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from './world.js';

const ASSETS = ['WBTC', 'WETH', 'LTC'];

/** Actions of a manager of a vault with four eyes, through every service, to a bundle that verifies. */
describe('actions that a second subject approves by h0', () => {
  let world: World;
  let owner: SuiteClients;
  let approver: SuiteClients;
  let admin: SuiteClients;
  let vaultId: string;

  beforeAll(async () => {
    world = await startWorld({
      bus: 'in-process',
      script: [{ assetId: 'LTC', outcome: { kind: 'ANSWER_LATE', afterMillis: 15_000 } }],
    });
    owner = connectClients(world.suite, 'treasurer', ['plan:write', 'rebalance:write']);
    approver = connectClients(world.suite, 'controller', ['rebalance:write']);
    admin = connectClients(world.suite, 'root', ['admin']);
    vaultId = await openVault(owner, [['USDC', 100_000_000_000n]]);
    await owner.vaults.setVaultPolicy(
      SetVaultPolicyRequest.fromPartial({
        requestId: randomUUID(),
        vaultId,
        policy: { fourEyes: true },
        roles: { managers: [], approvers: ['controller'] },
      }),
    );
  });
  afterAll(async () => {
    for (const connection of [owner, approver, admin]) connection.close();
    await world.end();
  });

  /** Asks to buy quantities of assets, in base units. */
  async function ask(bought: readonly (readonly [string, string])[]): Promise<Rebalance> {
    const taken = await owner.oracle.takeSnapshot({ assetIds: ASSETS, requestId: '' });
    const { snapshotHash } = present(taken.snapshot, 'TakeSnapshot answers a snapshot');
    const { vault } = await owner.vaults.getVault({ vaultId });
    const { version, fence } = present(vault, 'GetVault answers a vault');
    const actions = bought.map(([assetId, quantityDelta]) => ({
      assetId,
      side: Side.SIDE_LONG,
      quantityDelta,
    }));
    const created = await owner.orderGen.createRebalance(
      CreateRebalanceRequest.fromPartial({
        requestId: randomUUID(),
        terms: {
          vaultId,
          vaultVersion: version,
          fence,
          source: { $case: 'explicitActions', value: { actions } },
          snapshotHash,
          purpose: RebalancePurpose.REBALANCE_PURPOSE_REBALANCE,
          expireTime: new Date(world.clock.now() + 3_600_000),
        },
      }),
    );
    const asked = present(created.rebalance, 'CreateRebalance answers a rebalance');
    expect(asked.state).toBe(RebalanceState.STATE_AWAITING_APPROVAL);
    return asked;
  }

  const approve = ({ rebalanceId, h0 }: Rebalance) =>
    approver.orderGen.approveRebalance({
      requestId: randomUUID(),
      rebalanceId,
      approvedHash: h0,
    });

  async function read(rebalanceId: string): Promise<Rebalance> {
    const { rebalance } = await owner.orderGen.getRebalance({ rebalanceId });
    return present(rebalance, 'GetRebalance answers a rebalance');
  }

  async function endsVerified(rebalanceId: string, state: RebalanceState): Promise<Rebalance> {
    const end = await eventually(
      async () => {
        const found = await read(rebalanceId);
        return found.state === state ? found : undefined;
      },
      { what: `state ${state}` },
    );
    expect(await owner.orderGen.replayRebalance({ rebalanceId })).toMatchObject({ equal: true });
    expect(verifyBundle(await fetchBundle(owner, rebalanceId))).toMatchObject({ verified: true });
    return end;
  }

  it('execute, with the approval as the first event of the chain', async () => {
    const asked = await ask([
      ['WBTC', '1000000'],
      ['WETH', '1000000000000000000'],
    ]);
    await approve(asked);
    const { approvedBy, eventCount } = await endsVerified(
      asked.rebalanceId,
      RebalanceState.STATE_COMPLETED,
    );
    expect({ approvedBy, eventCount }).toEqual({ approvedBy: 'controller', eventCount: 3n });
  });

  it('are cancelled or expire while they wait, and prove it', async () => {
    const cancelled = await ask([['WBTC', '1000000']]);
    const { rebalanceId } = cancelled;
    await owner.orderGen.cancelRebalance({ requestId: randomUUID(), rebalanceId, reason: 'no' });
    await endsVerified(rebalanceId, RebalanceState.STATE_CANCELLED);
    const late = await ask([['WBTC', '1000000']]);
    await world.prices.playMinutes(2);
    await endsVerified(late.rebalanceId, RebalanceState.STATE_EXPIRED);
  });

  it('get stuck without a report, are resolved with evidence, and prove it', async () => {
    const asked = await ask([['LTC', '100000000']]);
    const { rebalanceId } = asked;
    await approve(asked);
    await world.prices.playMinutes(6);
    await eventually(async () => {
      return (await read(rebalanceId)).actions[0]?.stuck === true ? true : undefined;
    });
    await admin.orderGen.resolveAction({
      requestId: randomUUID(),
      rebalanceId,
      index: 0,
      execType: ExecType.EXEC_TYPE_CANCELED,
      cumulativeQuantity: '40000000',
      cumulativeUnderlying: '4000000',
      cumulativeCollateral: '',
      cumulativeFee: '1000',
      failureReason: FailureReason.FAILURE_REASON_VENUE_TIMEOUT,
      venueReference: 'ticket 7',
      evidence: 'the statement of the venue',
    });
    await endsVerified(rebalanceId, RebalanceState.STATE_COMPLETED_ADJUSTED);
  });

  it('stand still on a frozen vault, are cancelled unsent, and prove it', async () => {
    const asked = await ask([
      ['WBTC', '1000000'],
      ['LTC', '100000000'],
    ]);
    const { rebalanceId, actions } = asked;
    expect(actions.map(({ assetId }) => assetId)).toEqual(['LTC', 'WBTC']);
    const { pool, schema } = world.suite.databases.ordergen;
    await approve(asked);
    await pool.query(`update ${schema}.vaults set frozen = true where vault_id = $1`, [vaultId]);
    await world.prices.playMinutes(6);
    await admin.orderGen.resolveAction(
      ResolveActionRequest.fromPartial({
        requestId: randomUUID(),
        rebalanceId,
        index: 0,
        execType: ExecType.EXEC_TYPE_EXPIRED,
        cumulativeQuantity: '0',
        cumulativeUnderlying: '0',
        failureReason: FailureReason.FAILURE_REASON_ORDER_EXPIRED,
        venueReference: 'ticket 8',
        evidence: 'the venue never had it',
      }),
    );
    expect((await read(rebalanceId)).state).toBe(RebalanceState.STATE_EXECUTING);
    await owner.orderGen.cancelRebalance({ requestId: randomUUID(), rebalanceId, reason: '' });
    await endsVerified(rebalanceId, RebalanceState.STATE_CANCELLED);
    await admin.vaults.unfreezeVault({ requestId: randomUUID(), vaultId, reason: 'a drill' });
  });
});
