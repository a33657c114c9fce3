import {
  Rebalance_State as RebalanceState,
  type Rebalance,
  type ReplayRebalanceResponse,
} from '@trimtab/contracts/ordergen';
import { present } from '@trimtab/core';
import type { SuiteClients } from './clients.js';

/** A rebalance that has ended, with its replay. */
export interface FinishedRebalance {
  readonly rebalance: Rebalance;
  readonly replay: ReplayRebalanceResponse;
  /** cash − (target cash + to underlying − residual + corrections): 0 while no money leaks. */
  readonly selfFinancingResidual: bigint;
}

/** Watches a rebalance to its end and has it replayed. */
export async function followToEnd(
  owner: SuiteClients,
  rebalanceId: string,
): Promise<FinishedRebalance> {
  for await (const { event } of owner.orderGen.watchRebalance({ rebalanceId, afterSequence: 0n })) {
    if (event?.event?.$case === 'end') break;
  }
  const answer = await owner.orderGen.getRebalance({ rebalanceId });
  const rebalance = present(answer.rebalance, 'GetRebalance answers with a rebalance');
  const replay = await owner.orderGen.replayRebalance({ rebalanceId });
  return { rebalance, replay, selfFinancingResidual: selfFinancingResidual(rebalance) };
}

/** What the conservation law of the fold leaves over; anything but 0 is money leaked or made. */
function selfFinancingResidual(rebalance: Rebalance): bigint {
  const open = (leg: Rebalance['sells']): bigint =>
    leg === undefined ? 0n : BigInt(leg.total) - BigInt(leg.paid);
  // A cancelled or expired run keeps its open amounts: they count as they do in the fold.
  const held =
    BigInt(rebalance.cash) +
    open(rebalance.sells) +
    BigInt(rebalance.pinnedOpen) -
    open(rebalance.buys);
  const owed =
    BigInt(rebalance.targetCash) +
    BigInt(rebalance.toUnderlying) -
    BigInt(rebalance.residual) +
    BigInt(rebalance.corrections);
  return held - owed;
}

/** Whether every action is settled. */
export function isCompleted(rebalance: Rebalance): boolean {
  return (
    rebalance.state === RebalanceState.STATE_COMPLETED ||
    rebalance.state === RebalanceState.STATE_COMPLETED_ADJUSTED
  );
}
