import {
  ExecType,
  ExposureDirection,
  FailureReason,
  type ExecutionReport,
  type OrderDispatch,
} from '@trimtab/contracts/execution';
import { Price_State } from '@trimtab/contracts/oracle';
import { present } from '@trimtab/core';
import { expect, it } from 'vitest';
import type { Desk } from './executor-desk.js';
import { BUY_BACK, COLLATERAL, NET, shortScenario } from './executor-short-scenario.js';
import { QUANTITY, type ExecutorWorld } from './executor-world.js';

/** What the rows about shorts need of the suite that they are part of. */
export interface ShortSuite {
  readonly world: () => ExecutorWorld;
  readonly desk: () => Desk;
}

/**
 * The part of an executor's contract that is about shorts (order generation rules, sections 2 and 3):
 * one atomic action, whose net cash never exceeds its amount.
 */
export function describeShorts(suite: ShortSuite): void {
  const last = async (order: OrderDispatch): Promise<ExecutionReport> => {
    await suite.desk().send(order);
    const reports = await suite.desk().awaitReports(order, 1);
    return present(reports.at(-1), 'the order has a report').report;
  };
  const reasonOf = async (order: OrderDispatch) => (await last(order)).failureReason;

  it('opens a short: sells first, adds collateral after, spends at most its amount', async () => {
    const report = await last(shortScenario(suite.world(), 'OPENS').order());
    expect(report.execType).toBe(ExecType.EXEC_TYPE_FILL);
    expect(report.cumulativeQuantity).toBe(QUANTITY);
    const [spent, added] = [report.cumulativeUnderlying, report.cumulativeCollateral].map(BigInt);
    expect((spent ?? 0n) <= BigInt(NET)).toBe(true);
    expect((added ?? 0n) > 0n && (added ?? 0n) <= BigInt(COLLATERAL)).toBe(true);
    // What was raised, after the fee, is what the collateral has beyond what was spent.
    const raised = (added ?? 0n) - (spent ?? 0n) + BigInt(report.cumulativeFee);
    expect(raised <= BigInt(BUY_BACK)).toBe(true);
  });

  it('closes a short: buys back first, frees all collateral after, and reports the net', async () => {
    const order = shortScenario(suite.world(), 'CLOSES').order();
    const report = await last(order);
    expect(report).toMatchObject({
      execType: ExecType.EXEC_TYPE_FILL,
      cumulativeQuantity: QUANTITY,
      cumulativeCollateral: `-${COLLATERAL}`,
    });
    const received = BigInt(report.cumulativeUnderlying);
    expect(received >= BigInt(order.minimumOut) && received <= BigInt(NET)).toBe(true);
  });

  it('refuses a close whose buy-back is above the cash at hand, and takes one that it pays', async () => {
    const poor = shortScenario(suite.world(), 'CLOSES');
    poor.hold({ cash: '199999999' });
    expect(await reasonOf(poor.order())).toBe(FailureReason.FAILURE_REASON_INSUFFICIENT_BALANCE);
    const rich = shortScenario(suite.world(), 'CLOSES');
    rich.hold({ cash: BUY_BACK });
    expect((await last(rich.order())).execType).toBe(ExecType.EXEC_TYPE_FILL);
  });

  it('moves collateral alone, at no price', async () => {
    suite.world().price = { state: Price_State.STATE_HEALTHY, decimal: '50' };
    const { order } = shortScenario(suite.world(), 'CLOSES');
    // Nothing of the exposure is planned to move.
    const frees = order({
      direction: ExposureDirection.EXPOSURE_DIRECTION_NONE,
      exactIn: undefined,
      minimumOut: NET,
      collateralDelta: `-${NET}`,
    });
    const rebalance = present(suite.world().rebalances.get(frees.rebalanceId), 'it has one');
    const actions = rebalance.actions.map((action) => ({
      ...action,
      deltaExposure: '0',
      deltaCollateral: `-${NET}`,
    }));
    suite.world().rebalances.set(frees.rebalanceId, { ...rebalance, actions });
    expect(await last(frees)).toMatchObject({
      execType: ExecType.EXEC_TYPE_FILL,
      cumulativeQuantity: '0',
      cumulativeUnderlying: NET,
      cumulativeCollateral: `-${NET}`,
    });
  });

  it.each<[string, Partial<OrderDispatch>]>([
    ['direction', { direction: ExposureDirection.EXPOSURE_DIRECTION_INCREASE }],
    ['leg', { releasesCash: false }],
    ['collateral', { collateralDelta: '-300000001' }],
    ['cap', { amount: '100000001' }],
  ])('refuses a short with another %s than the rebalance', async (_what, changes) => {
    const { order } = shortScenario(suite.world(), 'CLOSES');
    expect(await reasonOf(order(changes))).toBe(FailureReason.FAILURE_REASON_PLAN_HASH_MISMATCH);
  });

  it('refuses to buy back more, or to free more collateral, than there is', async () => {
    const reason = FailureReason.FAILURE_REASON_INSUFFICIENT_BALANCE;
    const less = shortScenario(suite.world(), 'CLOSES');
    less.hold({ quantity: '199999999' });
    expect(await reasonOf(less.order())).toBe(reason);
    const bare = shortScenario(suite.world(), 'CLOSES');
    bare.hold({ collateral: '299999999' });
    expect(await reasonOf(bare.order())).toBe(reason);
  });

  it('holds a short to the limit on the side that costs: opening a fall, closing a rise', async () => {
    const reason = FailureReason.FAILURE_REASON_SLIPPAGE_EXCEEDED;
    suite.world().price = { state: Price_State.STATE_HEALTHY, decimal: '98.99' };
    expect(await reasonOf(shortScenario(suite.world(), 'OPENS').order())).toBe(reason);
    suite.world().price = { state: Price_State.STATE_HEALTHY, decimal: '101.01' };
    expect(await reasonOf(shortScenario(suite.world(), 'CLOSES').order())).toBe(reason);
  });

  it('buries a short without its quantity, or with one where only collateral moves', async () => {
    const { order } = shortScenario(suite.world(), 'CLOSES');
    const without = order({ exactIn: undefined });
    await suite.desk().send(without);
    expect(await suite.desk().awaitDeadLetter(without.orderId)).toContain('exact_in ');
    const other = shortScenario(suite.world(), 'CLOSES');
    const superfluous = other.order({ direction: ExposureDirection.EXPOSURE_DIRECTION_NONE });
    await suite.desk().send(superfluous);
    expect(await suite.desk().awaitDeadLetter(superfluous.orderId)).toContain('exact_in ');
  });
}
