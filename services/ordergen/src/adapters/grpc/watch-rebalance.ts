import { ExecType, ExecutionReport, FailureReason } from '@trimtab/contracts/execution';
import * as wire from '@trimtab/contracts/ordergen';
import { domainError, present, refuse } from '@trimtab/core';
import { safeNumber } from '@trimtab/decimal';
import type { News } from '../../application/news.js';
import type { FeedItem, OrderGenStore } from '../../application/ports.js';
import type { RebalanceView } from '../../application/rebalance-record.js';
import { rebalanceNotFound } from '../../application/refusals.js';
import type { EventDocument } from '../../domain/event-document.js';
import { rebalanceStates } from '../enum-words.js';
import { oneOf } from '../postgres/row-values.js';
import { LIFECYCLES } from '../postgres/fold-json.js';
import { toActionMessage, toPlannedMessage, toRecalibrationMessage } from './rebalance-messages.js';
import { toLedgerMessage, toPositionMessage } from './vault-messages.js';

/** What watching needs. */
export interface WatchDependencies {
  readonly store: OrderGenStore;
  readonly news: News;
}

/** How long a change that another process made can stay unseen. */
const LOOK_AGAIN_MS = 500;

/**
 * What happened to a rebalance after a sequence, in order and without gaps, then what happens, until
 * its end. Every message is rebuilt from what is stored, so a stream can be taken up anywhere.
 */
export async function* watchRebalance(
  deps: WatchDependencies,
  rebalanceId: string,
  afterSequence: bigint,
  signal: AbortSignal,
): AsyncGenerator<wire.WatchRebalanceResponse> {
  const last = (await deps.store.loadRunning(rebalanceId))?.feedCount;
  if (last === undefined) rebalanceNotFound(rebalanceId);
  if (afterSequence < 0n || afterSequence > BigInt(last)) refuseSequence(afterSequence, last);
  let after = safeNumber(afterSequence);
  while (!signal.aborted) {
    const news = deps.news.next(rebalanceId, LOOK_AGAIN_MS, signal);
    const items = await deps.store.listFeed(rebalanceId, after);
    const view = (await deps.store.findRebalance(rebalanceId)) ?? rebalanceNotFound(rebalanceId);
    for (const item of items) {
      yield { event: await toEvent(deps.store, view, item) };
      after = item.sequence;
    }
    if (items.length === 0 && view.endTime !== undefined) return;
    if (items.at(-1)?.kind === 'END') return;
    if (items.length === 0) await news;
  }
}

async function toEvent(
  store: OrderGenStore,
  view: RebalanceView,
  item: FeedItem,
): Promise<wire.RebalanceEvent> {
  return {
    sequence: BigInt(item.sequence),
    rebalanceId: view.facts.rebalanceId,
    occurTime: new Date(item.occurTime),
    stateHash: item.stateHash,
    state: stateOf(item.state),
    traceId: view.facts.traceId,
    event: await payloadOf(store, view, item),
  };
}

interface FeedJson {
  readonly index?: number;
  readonly amount?: string;
  readonly order_id?: string;
  readonly event_id?: string;
  readonly event_sequence?: number;
  readonly transaction_id?: string;
  readonly previous_state?: string;
  readonly changed_by?: string;
  readonly reason?: string;
}

async function payloadOf(
  store: OrderGenStore,
  view: RebalanceView,
  item: FeedItem,
): Promise<wire.RebalanceEvent['event']> {
  const data = JSON.parse(item.data) as FeedJson;
  switch (item.kind) {
    case 'PLAN':
      return { $case: 'plan', value: toPlannedMessage(view) };
    case 'DISPATCH': {
      const action = actionOf(view, data.index ?? 0);
      const sent = {
        ...action,
        state: wire.Action_State.STATE_DISPATCHED,
        amount: data.amount ?? action.amount,
        orderId: data.order_id ?? action.orderId,
      };
      return { $case: 'dispatch', value: { action: sent, sendCount: 1 } };
    }
    case 'RESULT': {
      const action = actionOf(view, data.index ?? 0);
      const report = await reportOf(store, view, data, action);
      return { $case: 'result', value: { report, action } };
    }
    case 'RECALIBRATION':
      return recalibrationOf(view, data.event_sequence ?? 0);
    case 'LEDGER': {
      const { vaultId } = view.facts;
      const entries = await store.listTransaction(vaultId, data.transaction_id ?? '');
      return { $case: 'ledger', value: { entries: entries.map(toLedgerMessage) } };
    }
    case 'STATE':
      return {
        $case: 'stateChange',
        value: {
          previousState: stateOf(data.previous_state ?? 'EXECUTING'),
          changedBy: data.changed_by ?? '',
          reason: data.reason ?? '',
        },
      };
    case 'END':
      return endOf(store, view);
  }
}

/** The report as it came; an action that failed without being sent has none of its own. */
async function reportOf(
  store: OrderGenStore,
  view: RebalanceView,
  data: FeedJson,
  action: wire.Action,
): Promise<ExecutionReport> {
  const payload = data.event_id === undefined ? undefined : await store.findReport(data.event_id);
  if (payload !== undefined) return ExecutionReport.decode(payload);
  return {
    ...ExecutionReport.decode(new Uint8Array()),
    rebalanceId: view.facts.rebalanceId,
    vaultId: view.facts.vaultId,
    index: action.index,
    execType: ExecType.EXEC_TYPE_REJECTED,
    failureReason: FailureReason.FAILURE_REASON_BELOW_LOT,
    orderedAmount: action.amount,
  };
}

function recalibrationOf(view: RebalanceView, sequence: number): wire.RebalanceEvent['event'] {
  const event = view.recalibrationEvents
    .map((text) => JSON.parse(text) as EventDocument)
    .find((candidate) => candidate.sequence === sequence);
  const value = event === undefined ? undefined : toRecalibrationMessage(event);
  return {
    $case: 'recalibration',
    value: present(value, `event ${sequence} has a recalibration`),
  };
}

async function endOf(
  store: OrderGenStore,
  view: RebalanceView,
): Promise<wire.RebalanceEvent['event']> {
  const { state } = view.head;
  const vault = await store.findVault(view.facts.vaultId);
  return {
    $case: 'end',
    value: {
      cash: state.cash.toString(),
      toUnderlying: state.toUnderlying.toString(),
      residual: state.residual.toString(),
      corrections: state.corrections.toString(),
      holdings: (vault?.positions ?? []).map(toPositionMessage),
    },
  };
}

function actionOf(view: RebalanceView, index: number): wire.Action {
  const { facts } = view;
  const document = present(facts.document.actions[index], `there is an action ${index}`);
  const record = view.actions[index];
  const pinned = view.pinned.includes(index);
  return toActionMessage(facts, document, record, { pinned, amount: undefined });
}

function stateOf(text: string): wire.Rebalance_State {
  return rebalanceStates.toWire(oneOf(LIFECYCLES, text));
}

function refuseSequence(found: bigint, last: number): never {
  refuse(
    domainError(
      'OUT_OF_RANGE',
      'SEQUENCE_OUT_OF_RANGE',
      `after_sequence was ${found}, must be from 0 to ${last}`,
      { after_sequence: found.toString(), first: '0', last: String(last) },
    ),
  );
}
