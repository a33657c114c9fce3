import { ExecType, FailureReason } from '@trimtab/contracts/execution';
import {
  OrderGenServiceService,
  Rebalance_State as RebalanceState,
  RebalanceEvent,
} from '@trimtab/contracts/ordergen';
import { assertNever } from '@trimtab/core';
import { createUserClient } from '@trimtab/grpc';
import { enumName } from '../enum-name.js';
import type { Output } from '../output.js';
import type { RebalanceTarget } from './replay.js';

/** Follows a rebalance from a sequence to its end, one line (or JSON document) per event. */
export async function runWatch(
  target: RebalanceTarget & { readonly afterSequence: bigint },
  output: Output,
): Promise<number> {
  const client = createUserClient({
    definition: OrderGenServiceService,
    address: target.address,
    token: target.token,
  });
  try {
    const { rebalanceId, afterSequence } = target;
    let traceId = '';
    for await (const { event } of client.watchRebalance({ rebalanceId, afterSequence })) {
      if (event === undefined) continue;
      // Said once: every event of a rebalance belongs to its trace.
      if (!output.json && event.traceId !== traceId) output.line(`trace ${event.traceId}`);
      traceId = event.traceId;
      output.line(output.json ? JSON.stringify(RebalanceEvent.toJSON(event)) : describe(event));
    }
    return 0;
  } finally {
    client.close();
  }
}

/** One line of what happened. */
export function describe(event: RebalanceEvent): string {
  const state = enumName(RebalanceState, event.state, 'STATE_');
  return `${event.sequence.toString().padStart(4)}  ${state.padEnd(18)} ${whatHappened(event)}`;
}

function whatHappened({ event }: RebalanceEvent): string {
  switch (event?.$case) {
    case undefined:
      return '';
    case 'plan':
      return `planned, ${event.value.actions.length} actions, h0 ${event.value.h0}`;
    case 'dispatch': {
      const { action, sendCount } = event.value;
      return `action ${action?.index ?? '?'} sent (${sendCount}): ${action?.assetId ?? ''} ${action?.amount ?? ''}`;
    }
    case 'result': {
      const { report, action } = event.value;
      const type = enumName(ExecType, report?.execType ?? 0, 'EXEC_TYPE_');
      const reason = enumName(FailureReason, report?.failureReason ?? 0, 'FAILURE_REASON_');
      const why = reason === 'UNSPECIFIED' ? '' : ` (${reason})`;
      return `action ${report?.index ?? '?'} ${type}${why}: filled ${action?.filled ?? ''} of ${action?.amount ?? ''}`;
    }
    case 'recalibration': {
      const { failedIndex, unfilled, factorDecimal } = event.value;
      return `recalibrated after ${failedIndex}: ${unfilled} unfilled, factor ${factorDecimal ?? 'none'}`;
    }
    case 'ledger':
      return `${event.value.entries.length} ledger lines`;
    case 'stateChange':
      return `${event.value.reason} by ${event.value.changedBy}`;
    case 'end':
      return `ended: cash ${event.value.cash}, residual ${event.value.residual}`;
    default:
      return assertNever(event);
  }
}
