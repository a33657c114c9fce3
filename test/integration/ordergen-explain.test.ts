import { FailureReason } from '@trimtab/contracts/execution';
import {
  PositionExplanation_Verdict as Verdict,
  Rebalance_State as State,
  type RebalanceTerms,
} from '@trimtab/contracts/ordergen';
import type { Vault } from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { actionTerms, move, planTerms } from './ordergen-preview-world.js';
import {
  createOrderGenWorld,
  exampleTerms,
  FAILED,
  fundedVault,
  refusal,
  requestId,
  type FakeTarget,
  type OrderGenWorld,
} from './ordergen-world.js';

/** A vault of 0.03 USDC each of A, B and C and 0.01 of cash; amounts have 6 decimals. */
let world: OrderGenWorld;
let vault: Vault;
beforeEach(async () => {
  world = await createOrderGenWorld();
  vault = await fundedVault(world);
});
afterEach(() => world.close());

async function create(terms: RebalanceTerms): Promise<string> {
  const answer = await world.orderGen.createRebalance({ requestId: requestId(), terms });
  return present(answer.rebalance, 'CreateRebalance answers with a rebalance').rebalanceId;
}

/** `asset verdict: text` of each position. */
async function explain(rebalanceId: string): Promise<readonly string[]> {
  const { positions } = await world.orderGen.explainRebalance({ rebalanceId });
  return positions.map(({ assetId, verdict, text }) => {
    const name = Object.keys(Verdict).find(
      (key) => Verdict[key as keyof typeof Verdict] === verdict,
    );
    return `${assetId} ${(name ?? '').replace('VERDICT_', '')}: ${text}`;
  });
}

const HELD = '0.03 USDC was held, 3000 bps of NAV; the target is';
const NONE = 'Nothing was held; the target is';

describe('a rebalance', () => {
  it('is explained while it runs and when it has ended', async () => {
    const rebalanceId = await create(exampleTerms(world, vault));
    const first = await world.dispatched(0);
    expect(await explain(rebalanceId)).toEqual([
      `A PENDING: ${HELD} 0.0279 USDC, from a weight of 2790 bps. The sell of 0.0021 USDC at index 0 was sent for 0.0021 USDC and its final report is awaited.`,
      `B PENDING: ${HELD} 0.02874 USDC, from a weight of 2874 bps. The sell of 0.00126 USDC at index 1 is to come.`,
      `C PENDING: ${HELD} 0.02916 USDC, from a weight of 2916 bps. The sell of 0.00084 USDC at index 2 is to come.`,
      `D PENDING: ${NONE} 0.00252 USDC, from a weight of 252 bps. The buy of 0.00252 USDC at index 3 is to come.`,
      `E PENDING: ${NONE} 0.00168 USDC, from a weight of 168 bps. The buy of 0.00168 USDC at index 4 is to come.`,
    ]);
    await world.report(first, FAILED);
    await world.report(await world.dispatched(1), {});
    await world.report(await world.dispatched(2), {});
    await world.report(await world.dispatched(3), {
      ...FAILED,
      failureReason: FailureReason.FAILURE_REASON_INSUFFICIENT_LIQUIDITY,
    });
    await world.report(await world.dispatched(4), {});
    await world.reaches(rebalanceId, State.STATE_COMPLETED_ADJUSTED);
    expect(await explain(rebalanceId)).toEqual([
      `A LOCKED: ${HELD} 0.0279 USDC, from a weight of 2790 bps. The sell of 0.0021 USDC at index 0 failed with VENUE_REJECTED: the position stays as it was, and the trades after it were scaled to make up for it.`,
      `B ADJUSTED: ${HELD} 0.02874 USDC, from a weight of 2874 bps. The sell of 0.00126 USDC at index 1 was adjusted: raised to 0.00168 USDC, as sells before it fell short, and filled in full.`,
      `C ADJUSTED: ${HELD} 0.02916 USDC, from a weight of 2916 bps. The sell of 0.00084 USDC at index 2 was adjusted: raised to 0.00112 USDC, as sells before it fell short, and filled in full.`,
      `D LOCKED: ${NONE} 0.00252 USDC, from a weight of 252 bps. The buy of 0.00252 USDC at index 3 failed with INSUFFICIENT_LIQUIDITY: the asset is locked for this rebalance and the money stays in the underlying.`,
      `E ADJUSTED: ${NONE} 0.00168 USDC, from a weight of 168 bps. The buy of 0.00168 USDC at index 4 was adjusted: cut to 0.00112 USDC, which is what cash and sells could pay, and filled in full.`,
    ]);
    const { positions } = await world.orderGen.explainRebalance({ rebalanceId });
    expect(positions[1]).toMatchObject({
      index: 1,
      value: '30000',
      target: '28740',
      planned: '-1260',
      filled: '1680',
    });
  });

  it('says why positions do not trade', async () => {
    const targets: readonly FakeTarget[] = [
      { assetId: 'A', weightBps: 2_990 },
      { assetId: 'B', weightBps: 3_000 },
      { assetId: 'C', weightBps: 2_000 },
      { assetId: 'D', weightBps: 0, investible: false },
    ];
    const tolerances: RebalanceTerms['tolerances'] = {
      band: { $case: 'absolute', value: { exposure: '100', collateral: '100', net: '100' } },
    };
    const rebalanceId = await create(planTerms(world, vault, { targets }, { tolerances }));
    await world.report(await world.dispatched(0), {});
    await world.reaches(rebalanceId, State.STATE_COMPLETED);
    expect(await explain(rebalanceId)).toEqual([
      `A BELOW_TOLERANCE: ${HELD} 0.0299 USDC, from a weight of 2990 bps. The change is within every tolerance: 0.0001 USDC of 0.0001 USDC in exposure, 0.0001 USDC of 0.0001 USDC in collateral, 0.0001 USDC of 0.0001 USDC in cash; so it is not traded.`,
      `B ON_TARGET: ${HELD} 0.03 USDC, from a weight of 3000 bps. It is on its target, so there is nothing to trade.`,
      `C TRADED: ${HELD} 0.02 USDC, from a weight of 2000 bps. The sell of 0.01 USDC at index 0 was filled as planned.`,
      `D NOT_INVESTIBLE: ${NONE} 0 USDC, as it is not investible and its weight of 0 bps spreads over the rest. Nothing is traded: no money may go there.`,
    ]);
  });

  it('with a band says what is inside it and what goes to its edge', async () => {
    const targets: readonly FakeTarget[] = [
      { assetId: 'A', weightBps: 2_900 },
      { assetId: 'B', weightBps: 2_950 },
      { assetId: 'C', weightBps: 3_000 },
    ];
    const driftBand = { kind: 1, widthBps: 60, goal: 2 } as const;
    const rebalanceId = await create(planTerms(world, vault, { targets }, { driftBand }));
    expect((await explain(rebalanceId)).slice(0, 2)).toEqual([
      `A PENDING: ${HELD} 0.029 USDC, from a weight of 2900 bps. The sell of 0.0004 USDC, to the edge of its band of 60 bps, at index 0 was sent for 0.0004 USDC and its final report is awaited.`,
      `B INSIDE_BAND: ${HELD} 0.0295 USDC, from a weight of 2950 bps. Its drift of 0.0005 USDC is inside the band of 60 bps of NAV, so it is left alone.`,
    ]);
  });

  it('that was cancelled says what was not reached, and what nothing was left for', async () => {
    const rebalanceId = await create(
      actionTerms(world, vault, [move('A', '-100'), move('B', '-50')]),
    );
    const first = await world.dispatched(0);
    await world.orderGen.cancelRebalance({ requestId: requestId(), rebalanceId, reason: '' });
    await world.report(first, {});
    await world.reaches(rebalanceId, State.STATE_CANCELLED);
    expect(
      (await explain(rebalanceId)).map((line) => line.replace(/:.*?as was asked for\./, ':')),
    ).toEqual([
      'A NOT_REACHED: The rebalance was CANCELLED before the sell of 0.0001 USDC at index 1 had its turn.',
      'B TRADED: The sell of 0.00005 USDC at index 0 was filled as planned.',
    ]);
  });

  it('whose floor leaves no money for its buys says so', async () => {
    const terms = actionTerms(world, vault, [move('D', '100')], { underlyingFloor: '10000' });
    const rebalanceId = await create(terms);
    expect(await explain(rebalanceId)).toEqual([
      `D NO_ROOM: ${NONE} 0.0001 USDC, as was asked for. The buy of 0.0001 USDC at index 0 was left out: its share of what was left for it came to 0.`,
    ]);
  });

  it('is explained to those who may see it, and only if it exists', async () => {
    const rebalanceId = await create(exampleTerms(world, vault));
    const stranger = await world.clients('stranger', ['rebalance:write']);
    const other = await refusal(stranger.orderGen.explainRebalance({ rebalanceId }));
    expect(other.reason).toBe('PERMISSION_DENIED');
    const none = await refusal(world.orderGen.explainRebalance({ rebalanceId: 'none' }));
    expect(none.reason).toBe('REBALANCE_NOT_FOUND');
  });
});
