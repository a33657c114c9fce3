import { ExecType, ExecutionReport } from '@trimtab/contracts/execution';
import type * as wire from '@trimtab/contracts/ordergen';
import { domainError, present, refuse } from '@trimtab/core';
import { safeNumber } from '@trimtab/decimal';
import { fromFeedAction, type FeedAction } from '../../application/feed-action.js';
import type { News } from '../../application/news.js';
import {
  FEED_PAGE,
  type FeedItem,
  type LedgerEntry,
  type OrderGenStore,
} from '../../application/ports.js';
import type { RebalanceView } from '../../application/rebalance-record.js';
import { rebalanceNotFound } from '../../application/refusals.js';
import type { RecalibrationDocument } from '../../domain/event-document.js';
import type { Position } from '../../domain/position.js';
import { hasEnded } from '../../domain/rebalance-state.js';
import { failureReasons, rebalanceStates } from '../enum-words.js';
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
 * its end. Every entry is stored as it was at its event, so a stream can be taken up anywhere and says
 * the same as the first time.
 */
export async function* watchRebalance(
  deps: WatchDependencies,
  rebalanceId: string,
  afterSequence: bigint,
  signal: AbortSignal,
): AsyncGenerator<wire.WatchRebalanceResponse> {
  const view = (await deps.store.findRebalance(rebalanceId)) ?? rebalanceNotFound(rebalanceId);
  const last = (await deps.store.findFeedEnd(rebalanceId))?.feedCount ?? 0;
  if (afterSequence < 0n || afterSequence > BigInt(last)) refuseSequence(afterSequence, last);
  let after = safeNumber(afterSequence);
  while (!signal.aborted) {
    const news = deps.news.next(rebalanceId, LOOK_AGAIN_MS, signal);
    const items = await deps.store.listFeed(rebalanceId, after);
    const lines = await linesOf(deps.store, view.facts.vaultId, items);
    for (const item of items) {
      yield { event: await toEvent(deps.store, { view, item, lines }) };
      after = item.sequence;
    }
    if (items.length === FEED_PAGE) continue;
    const state = items.at(-1)?.state;
    if (state === undefined || hasEnded(oneOf(LIFECYCLES, state))) {
      const end = await deps.store.findFeedEnd(rebalanceId);
      if (end === undefined) return;
      // Its end is an entry: only what has no entry after it is over.
      if (hasEnded(oneOf(LIFECYCLES, end.state)) && end.feedCount === after) return;
      if (end.feedCount > after) continue;
    }
    // Asked for before the entries were read: what came since then has been told already.
    await news;
  }
}

/** The ledger lines of what was booked, read at once. */
async function linesOf(
  store: OrderGenStore,
  vaultId: string,
  items: readonly FeedItem[],
): Promise<readonly LedgerEntry[]> {
  const ids = items
    .filter(({ kind }) => kind === 'LEDGER')
    .map(({ data }) => (JSON.parse(data) as FeedJson).transaction_id ?? '');
  return ids.length === 0 ? [] : store.listTransactions(vaultId, ids);
}

/** An entry with what it is shown with. */
interface Shown {
  readonly view: RebalanceView;
  readonly item: FeedItem;
  /** The ledger lines of the entries that were read with it. */
  readonly lines: readonly LedgerEntry[];
}

async function toEvent(store: OrderGenStore, shown: Shown): Promise<wire.RebalanceEvent> {
  const { view, item } = shown;
  return {
    sequence: BigInt(item.sequence),
    rebalanceId: view.facts.rebalanceId,
    occurTime: new Date(item.occurTime),
    stateHash: item.stateHash,
    state: stateOf(item.state),
    traceId: view.facts.traceId,
    event: await payloadOf(store, shown),
  };
}

interface FeedJson {
  readonly action?: FeedAction;
  readonly send_count?: number;
  readonly event_id?: string;
  readonly index?: number;
  readonly recalibration?: RecalibrationDocument;
  readonly transaction_id?: string;
  readonly previous_state?: string;
  readonly changed_by?: string;
  readonly reason?: string;
  readonly cash?: string;
  readonly to_underlying?: string;
  readonly residual?: string;
  readonly corrections?: string;
}

async function payloadOf(
  store: OrderGenStore,
  { view, item, lines }: Shown,
): Promise<wire.RebalanceEvent['event']> {
  const data = JSON.parse(item.data) as FeedJson;
  const { vaultId } = view.facts;
  switch (item.kind) {
    case 'PLAN':
      return { $case: 'plan', value: toPlannedMessage(view) };
    case 'DISPATCH': {
      const action = actionOf(view, data.action);
      return { $case: 'dispatch', value: { action, sendCount: data.send_count ?? 1 } };
    }
    case 'RESULT': {
      const action = actionOf(view, data.action);
      return { $case: 'result', value: { report: reportOf(view, item, data), action } };
    }
    case 'RECALIBRATION': {
      const value = toRecalibrationMessage(data);
      return { $case: 'recalibration', value: present(value, 'the entry has a recalibration') };
    }
    case 'LEDGER': {
      const own = lines.filter(
        ({ transactionId, sequence }) =>
          transactionId === data.transaction_id && sequence <= item.ledgerSequence,
      );
      return { $case: 'ledger', value: { entries: own.map(toLedgerMessage) } };
    }
    case 'STATE': {
      const previousState = stateOf(data.previous_state ?? 'EXECUTING');
      const { changed_by: changedBy = '', reason = '' } = data;
      return { $case: 'stateChange', value: { previousState, changedBy, reason } };
    }
    case 'END': {
      const holdings = await store.holdingsAt(vaultId, item.ledgerSequence);
      return { $case: 'end', value: endOf(data, holdings) };
    }
  }
}

/** The report as it came; an action that failed without being sent has none of its own. */
function reportOf(view: RebalanceView, item: FeedItem, data: FeedJson): ExecutionReport {
  if (item.report !== undefined) return ExecutionReport.decode(item.report);
  const reason = data.action?.failure_reason;
  return {
    ...ExecutionReport.decode(new Uint8Array()),
    rebalanceId: view.facts.rebalanceId,
    vaultId: view.facts.vaultId,
    index: data.action?.index ?? 0,
    execType: ExecType.EXEC_TYPE_REJECTED,
    failureReason: reason === undefined ? 0 : failureReasons.toWire(reason),
    orderedAmount: data.action?.amount ?? '0',
  };
}

function endOf(data: FeedJson, holdings: readonly Position[]): wire.EndEvent {
  return {
    cash: data.cash ?? '',
    toUnderlying: data.to_underlying ?? '',
    residual: data.residual ?? '',
    corrections: data.corrections ?? '',
    holdings: holdings.map(toPositionMessage),
  };
}

/** Absent for an action of an earlier rebalance, whose correction this one carries. */
function actionOf(view: RebalanceView, stored: FeedAction | undefined): wire.Action | undefined {
  if (stored === undefined) return undefined;
  const { facts } = view;
  const document = present(facts.document.actions[stored.index], `action ${stored.index} exists`);
  const { pinned } = stored;
  return toActionMessage(facts, document, fromFeedAction(stored), { pinned, amount: undefined });
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
