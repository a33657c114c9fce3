import { FailureReason } from '@trimtab/contracts/execution';
import type { Snapshot } from '@trimtab/contracts/oracle';
import {
  Action_State as ActionState,
  Rebalance_State as RebalanceState,
  type Action,
  type Rebalance,
} from '@trimtab/contracts/ordergen';
import type { Plan } from '@trimtab/contracts/solver';
import { fromBaseUnits } from '@trimtab/decimal';
import { enumName } from '../enum-name.js';
import { table, type Output } from '../output.js';
import type { FinishedRebalance } from './follow-rebalance.js';

const MAX_PRINTED_PRICES = 6;

/** Base units of the underlying as money with two digits, floored. */
export function money(baseUnits: string | bigint): string {
  const cents = BigInt(baseUnits) / 10_000n;
  const text = fromBaseUnits(cents, 2);
  const [whole = '0', fraction = ''] = text.split('.');
  return `${whole.replace(/\B(?=(\d{3})+(?!\d))/g, ' ')}.${fraction.padEnd(2, '0')}`;
}

/** The frozen prices and their hash. */
export function printSnapshot(snapshot: Snapshot, output: Output): void {
  output.line(`\nSnapshot ${snapshot.snapshotHash}`);
  const rows = snapshot.entries
    .slice(0, MAX_PRINTED_PRICES)
    .map((entry) => [
      entry.assetId,
      entry.priceDecimal,
      entry.confidenceDecimal,
      entry.publishers.join(', '),
    ]);
  output.line(table(['asset', 'price', '± confidence', 'publishers'], rows, [1, 2]));
  const more = snapshot.entries.length - rows.length;
  if (more > 0) output.line(`  … and ${more} more`);
}

/** The plan's weights and hashes. */
export function printPlan(plan: Plan, output: Output): void {
  output.line(`\nPlan ${plan.planHash}`);
  output.line(
    `  reserve ${plan.reserveBps} bps, idle ${plan.idleBps} bps, expected APY ${plan.expectedBlendedApyBps} bps, total change ${plan.totalDeltaBps} bps`,
  );
  const rows = plan.targets.map((target) => [target.assetId, String(target.weightBps)]);
  output.line(table(['asset', 'weight bps'], rows, [1]));
}

/** Every action as planned, as recalibrated and as filled. */
export function printActions(rebalance: Rebalance, output: Output): void {
  output.line(
    `\nRebalance ${rebalance.rebalanceId}, ${enumName(RebalanceState, rebalance.state, 'STATE_')}`,
  );
  const rows = rebalance.actions.map((action) => [
    String(action.index),
    `${action.group < 3 ? 'sell' : 'buy'} ${action.assetId}`,
    money(absolute(action.deltaNet)),
    money(action.amount),
    money(action.filled),
    actionState(action),
  ]);
  output.line(
    table(['#', 'action', 'planned', 'recalibrated', 'filled', 'outcome'], rows, [2, 3, 4]),
  );
}

/** What each failure changed, with its factor. */
export function printRecalibrations(rebalance: Rebalance, output: Output): void {
  for (const one of rebalance.recalibrations) {
    output.line(
      `  recalibration after action ${one.failedIndex}: ${money(one.unfilled)} unfilled, factor ${one.factorDecimal ?? 'none'}` +
        `; sells ${money(one.sellsBefore)} → ${money(one.sellsAfter)}, buys ${money(one.buysBefore)} → ${money(one.buysAfter)}` +
        one.pins.map((pin) => `, action ${pin.index} pinned at ${money(pin.amount)}`).join(''),
    );
  }
}

/** The proof: nothing leaked, and the replay ends in the same hash. */
export function printProof(finished: FinishedRebalance, output: Output): void {
  const { rebalance, replay } = finished;
  output.line(`\nself-financing residual: ${finished.selfFinancingResidual}`);
  output.line(`state hash  ${rebalance.stateHash}`);
  output.line(`replay hash ${replay.replayedHash}  ${replay.equal ? 'equal' : 'NOT EQUAL'}`);
  output.line(`trace id    ${rebalance.traceId}`);
}

function actionState(action: Action): string {
  const state = enumName(ActionState, action.state, 'STATE_');
  const reason = enumName(FailureReason, action.failureReason, 'FAILURE_REASON_');
  return reason === 'UNSPECIFIED' ? state : `${state} (${reason})`;
}

function absolute(amount: string): string {
  return amount.startsWith('-') ? amount.slice(1) : amount;
}
