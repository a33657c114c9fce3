import { ExecType, FailureReason, type ExecutionReport } from '@trimtab/contracts/execution';
import {
  Rebalance_State as RebalanceState,
  ResolveActionRequest,
  type ExplicitAction,
  type RebalanceTerms,
} from '@trimtab/contracts/ordergen';
import { Side } from '@trimtab/contracts/portfolio';
import type { Vault } from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import { eventually } from '@trimtab/testkit';
import { verifyBundle, type Verified } from '@trimtab/verify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createOrderGenWorld,
  exampleTerms,
  FAILED,
  fundedVault,
  requestId,
  type OrderGenWorld,
} from './ordergen-world.js';

const move = (assetId: string, quantityDelta: string): ExplicitAction => ({
  assetId,
  side: Side.SIDE_LONG,
  quantityDelta,
  collateralDelta: '0',
});

describe('the bundle of a rebalance of explicit actions', () => {
  let world: OrderGenWorld;
  let vault: Vault;
  let rebalanceId: string;

  beforeEach(async () => {
    world = await createOrderGenWorld();
    vault = await fundedVault(world);
    rebalanceId = await start();
  });

  afterEach(() => world.close());

  /** Sells 2 100 A and 1 260 B, buys 2 000 D and 1 300 E, unless told otherwise. */
  async function start(
    actions: readonly ExplicitAction[] = [
      move('A', '-2100'),
      move('B', '-1260'),
      move('D', '2000'),
      move('E', '1300'),
    ],
  ): Promise<string> {
    const { vault: fresh } = await world.vaults.getVault({ vaultId: vault.vaultId });
    const source: RebalanceTerms['source'] = {
      $case: 'explicitActions',
      value: { actions: [...actions] },
    };
    const terms = exampleTerms(world, present(fresh, 'the vault'), { source });
    const answer = await world.orderGen.createRebalance({ requestId: requestId(), terms });
    return present(answer.rebalance, 'CreateRebalance answers').rebalanceId;
  }

  async function exported(id = rebalanceId): Promise<Verified & { readonly text: string }> {
    const chunks: Uint8Array[] = [];
    for await (const { chunk } of world.orderGen.exportRebalance({ rebalanceId: id })) {
      chunks.push(chunk);
    }
    const text = Buffer.concat(chunks).toString('utf8');
    const verdict = verifyBundle(text);
    if (!verdict.verified) throw new Error(JSON.stringify(verdict.difference));
    return { ...verdict.bundle, text };
  }

  async function tell(index: number, fields: Partial<ExecutionReport>): Promise<void> {
    const order = await eventually(() =>
      world.dispatches.findLast((one) => one.rebalanceId === rebalanceId && one.index === index),
    );
    await world.report(order, fields);
  }

  async function corrected(id: string, corrections: string): Promise<void> {
    await eventually(async () => {
      return (await world.rebalance(id)).corrections === corrections ? true : undefined;
    });
  }

  it('has no documents of a plan, and verifies before anything happened', async () => {
    const bundle = await exported();
    expect(bundle).toMatchObject({ state: 'EXECUTING', eventCount: 0, entryCount: 0 });
    expect(bundle.stateHash).toBe(bundle.h0);
    const fields = Object.keys(JSON.parse(bundle.text) as object);
    for (const one of ['inputs', 'scores', 'targets', 'steps', 'plan']) {
      expect(fields).not.toContain(one);
    }
  });

  it('verifies while a part of the open action is in the ledger only', async () => {
    await tell(0, {
      execType: ExecType.EXEC_TYPE_PARTIAL_FILL,
      cumulativeQuantity: '1000',
      cumulativeUnderlying: '1000',
    });
    await eventually(async () => ((await exported()).entryCount > 0 ? true : undefined));
    expect(await exported()).toMatchObject({ state: 'EXECUTING', eventCount: 0, entryCount: 4 });
  });

  it('verifies after a part, a bust, a larger fill and a failed buy', async () => {
    await tell(0, {
      execType: ExecType.EXEC_TYPE_CANCELED,
      cumulativeQuantity: '1050',
      cumulativeUnderlying: '1040',
      cumulativeFee: '5',
    });
    await tell(1, {});
    await tell(2, {});
    await tell(0, {
      execType: ExecType.EXEC_TYPE_TRADE_CANCEL,
      cumulativeQuantity: '0',
      cumulativeUnderlying: '0',
      reportSequence: 2n,
    });
    await corrected(rebalanceId, '-1040');
    await tell(3, FAILED);
    await world.reaches(rebalanceId, RebalanceState.STATE_COMPLETED_ADJUSTED);
    expect(await exported()).toMatchObject({ state: 'COMPLETED_ADJUSTED', eventCount: 5 });
  });

  it('verifies in both rebalances when a correction comes late, into the fold of the next one', async () => {
    for (const index of [0, 1, 2, 3]) await tell(index, {});
    await world.reaches(rebalanceId, RebalanceState.STATE_COMPLETED);
    const first = rebalanceId;
    const before = await exported(first);
    const second = await start();
    await tell(0, {
      execType: ExecType.EXEC_TYPE_TRADE_CANCEL,
      cumulativeQuantity: '0',
      cumulativeUnderlying: '0',
      reportSequence: 2n,
    });
    await corrected(second, '-2100');
    expect(await exported(first)).toEqual(before);
    expect(await exported(second)).toMatchObject({ eventCount: 1, entryCount: 4 });
  });

  it('verifies when the rebalance is faulted, and money that comes later is in it', async () => {
    await tell(0, { orderedAmount: '5' });
    await world.reaches(rebalanceId, RebalanceState.STATE_FAULTED);
    const { entryCount } = await exported();
    expect(entryCount).toBe(4);
    await tell(0, {
      cumulativeQuantity: '2200',
      cumulativeUnderlying: '2200',
      reportSequence: 2n,
    });
    await eventually(async () => ((await exported()).entryCount === 8 ? true : undefined));
  });

  it('verifies shorts that are opened and half closed', async () => {
    await world.orderGen.cancelRebalance({ requestId: requestId(), rebalanceId, reason: '' });
    await tell(0, FAILED);
    await world.reaches(rebalanceId, RebalanceState.STATE_CANCELLED);
    const short = (quantityDelta: string, collateralDelta: string) => [
      { assetId: 'D', side: Side.SIDE_SHORT, quantityDelta, collateralDelta },
    ];
    // Sold for 1 000, 1 500 of collateral put behind it: 500 of the vault's cash, of which 10 are a fee.
    rebalanceId = await start(short('1000', '1500'));
    await tell(0, {
      cumulativeQuantity: '1000',
      cumulativeCollateral: '1490',
      cumulativeUnderlying: '500',
      cumulativeFee: '10',
    });
    await world.reaches(rebalanceId, RebalanceState.STATE_COMPLETED);
    const { holdings } = JSON.parse((await exported()).text) as {
      readonly holdings: { readonly cash: string; readonly positions: readonly object[] };
    };
    expect(holdings.cash).toBe('9500');
    expect(holdings.positions).toContainEqual({
      assetId: 'D',
      side: 'SHORT',
      quantity: '1000',
      collateral: '1490',
    });
    // Bought back for 400 with 700 released, three quarters of it done.
    rebalanceId = await start(short('-400', '-700'));
    await tell(0, {
      execType: ExecType.EXEC_TYPE_CANCELED,
      cumulativeQuantity: '300',
      cumulativeCollateral: '-525',
      cumulativeUnderlying: '225',
    });
    await world.reaches(rebalanceId, RebalanceState.STATE_COMPLETED_ADJUSTED);
    expect(await exported()).toMatchObject({ actionCount: 1, eventCount: 1 });
  });

  it('verifies when an admin settled a stuck action', async () => {
    const admin = await world.clients('root', ['admin']);
    await world.dispatched(0);
    world.clock.advanceMillis(300_000);
    await eventually(async () => {
      const { actions } = await world.rebalance(rebalanceId);
      return actions[0]?.stuck === true ? true : undefined;
    });
    await admin.orderGen.resolveAction(
      ResolveActionRequest.fromPartial({
        requestId: requestId(),
        rebalanceId,
        index: 0,
        execType: ExecType.EXEC_TYPE_CANCELED,
        failureReason: FailureReason.FAILURE_REASON_VENUE_TIMEOUT,
        cumulativeQuantity: '600',
        cumulativeUnderlying: '600',
        venueReference: 'ref-1',
        evidence: 'the statement of the venue',
      }),
    );
    expect((await exported()).entryCount).toBeGreaterThan(0);
  });
});
