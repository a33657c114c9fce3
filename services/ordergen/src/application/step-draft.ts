import { canonicalJson, type JsonValue } from '@trimtab/canonical';
import { present, type Instant } from '@trimtab/core';
import { extendChain, type ChainHead, type ChainStep } from '../domain/event-chain.js';
import type { FoldInput } from '../domain/fold-input.js';
import { isPinned, type Pin } from '../domain/pins.js';
import { hasEnded } from '../domain/rebalance-state.js';
import {
  movedAnything,
  NOTHING_EXECUTED,
  type Executed,
  type ExecutionReport,
} from './execution-report.js';
import { toFeedAction } from './feed-action.js';
import type { FeedKind, InboxEntry, LedgerTransaction, StoredEvent } from './ports.js';
import type {
  ActionFacts,
  ActionRecord,
  OpenAction,
  RunningRebalance,
} from './rebalance-record.js';
import { delta, linesOf } from './report-delta.js';
import type { ActionChange, FeedEntry, OutgoingEvent, RebalanceStep } from './rebalance-step.js';
import { disagreementOf } from './step-agreement.js';

/**
 * One change of a rebalance while it is put together: inputs go into the fold, money into the ledger,
 * and everything that follows is collected, to be written at once.
 */
export interface StepDraft {
  readonly before: RunningRebalance;
  readonly time: Instant;
  readonly head: ChainHead;
  readonly open: OpenAction | undefined;
  /** Whether an invariant broke: the vault will be frozen. */
  readonly frozen: boolean;
  /** Folds one input; one that the fold refuses is a bug of ours and faults the rebalance. */
  fold(input: FoldInput): ChainStep;
  /** Freezes the rebalance and its vault, unless it has ended. */
  fault(reason: string): void;
  /** Books what `executed` adds to what was booked for the action before. */
  book(
    kind: 'FILL' | 'CORRECTION',
    action: ActionFacts,
    booked: Executed,
    report: ExecutionReport,
  ): void;
  change(change: ActionChange): void;
  /** What this step changes about an action of this rebalance so far. */
  changeOf(index: number): ActionChange | undefined;
  setOpen(open: OpenAction | undefined): void;
  setReason(reason: string): void;
  /** Marks a waiting report as used. */
  use(eventId: string): void;
  show(kind: FeedKind, data: FeedData): void;
  /** Shows watchers an action as it is now, with what else the entry says. */
  showAction(kind: 'DISPATCH' | 'RESULT', index: number, data: FeedData): void;
  /** Says what an action was before this step, which is known of the open one alone. */
  know(record: ActionRecord): void;
  send(message: OutgoingEvent): void;
  /** Everything collected. */
  finish(inbox: InboxEntry | undefined, traceparent: string | undefined): RebalanceStep;
}

/** Data of a feed entry; amounts are strings. */
export type FeedData = { readonly [field: string]: JsonValue | undefined };

/** Begins a change of a rebalance. */
export function createStepDraft(before: RunningRebalance, time: Instant): StepDraft {
  const { facts } = before;
  const changes = new Map<string, ActionChange>();
  const events: StoredEvent[] = [];
  const pins: Pin[] = [];
  const ledger: LedgerTransaction[] = [];
  const feed: FeedEntry[] = [];
  const consequences: FeedEntry[] = [];
  const known = new Map(before.open === undefined ? [] : [knownOf(before.open)]);
  const used: string[] = [];
  const outbox: OutgoingEvent[] = [];
  let head = before.head;
  let open = before.open;
  let stateReason = before.stateReason;
  let freeze = false;

  const entry = (kind: FeedKind, data: FeedData): FeedEntry => ({
    kind,
    data: canonicalJson(data),
    state: head.state.state,
    stateHash: head.hash,
  });

  const flush = (): void => {
    feed.push(...consequences.splice(0));
  };

  /** What follows from a report is shown after the report and what it booked. */
  const show = (kind: FeedKind, data: FeedData): void => {
    if (kind !== 'RESULT' && kind !== 'LEDGER') flush();
    feed.push(entry(kind, data));
  };

  const change = (next: ActionChange): void => {
    const key = `${next.rebalanceId}/${next.index}`;
    changes.set(key, { ...changes.get(key), ...next });
  };

  const recordOf = (index: number): ActionRecord => {
    const changed = changes.get(`${facts.rebalanceId}/${index}`);
    const isOpen = index >= head.state.nextIndex;
    return {
      index,
      state: 'PENDING',
      booked: NOTHING_EXECUTED,
      reportSequence: 0,
      pinned: isOpen && isPinned(facts.program, head.state, index),
      ...known.get(index),
      ...changed,
    };
  };

  const record = (step: ChainStep): ChainStep => {
    const { settled } = step.step;
    // A settled sell cannot be told from a pinned one any more.
    if (settled !== undefined) known.set(settled.index, recordOf(settled.index));
    flush();
    const previousState = head.state.state;
    head = step.head;
    events.push({
      sequence: head.sequence,
      hash: head.hash,
      document: canonicalJson(step.event),
    });
    for (const index of step.step.skipped) {
      change({ rebalanceId: facts.rebalanceId, index, state: 'SKIPPED', settleTime: time });
    }
    if (step.step.recalibration !== undefined) {
      pins.push(...step.step.recalibration.pins);
      const { index, recalibration } = step.event;
      consequences.push(entry('RECALIBRATION', { index, recalibration }));
    }
    if (step.step.breach !== undefined) {
      freeze = true;
      stateReason = step.step.breach;
      const data = { state: 'FAULTED', reason: stateReason, changed_by: 'system' };
      consequences.push(entry('STATE', { previous_state: previousState, ...data }));
    }
    return step;
  };

  const fault = (reason: string): void => {
    if (hasEnded(head.state.state)) return;
    const step = extendChain(facts.program, head, { kind: 'FAULT', reason });
    record(present(step.ok ? step.value : undefined, 'a rebalance that has not ended can fault'));
  };

  return {
    before,
    time,
    get head() {
      return head;
    },
    get open() {
      return open;
    },
    get frozen() {
      return freeze || before.vault.frozen;
    },
    fold: (input) => {
      const step = extendChain(facts.program, head, input);
      if (step.ok) return record(step.value);
      const refused = extendChain(facts.program, head, {
        kind: 'FAULT',
        reason: step.error.message,
      });
      return record(
        present(refused.ok ? refused.value : undefined, `the fold takes ${input.kind} or faults`),
      );
    },
    fault,
    book: (kind, action, booked, report) => {
      const lines = linesOf(kind, facts, action, delta(booked, report.executed));
      if (lines.length === 0) return;
      ledger.push({
        transactionId: report.eventId,
        lines,
        rebalanceId: report.rebalanceId,
        orderId: report.orderId,
        eventId: report.eventId,
      });
      show('LEDGER', { transaction_id: report.eventId });
    },
    change,
    changeOf: (index) => changes.get(`${facts.rebalanceId}/${index}`),
    setOpen: (next) => {
      open = next;
    },
    setReason: (reason) => {
      stateReason = reason;
    },
    use: (eventId) => used.push(eventId),
    show,
    showAction: (kind, index, data) => {
      show(kind, { ...data, action: toFeedAction(recordOf(index)) });
    },
    know: (record) => known.set(record.index, record),
    send: (message) => outbox.push(message),
    finish: (inbox, traceparent) => {
      const broken = disagreementOf(facts, before, { head, open }, ledger);
      if (broken !== undefined) {
        fault(broken);
        // Nothing is sent on books that disagree.
        outbox.length = 0;
        open = undefined;
        freeze = true;
        stateReason = broken;
      }
      flush();
      return {
        rebalanceId: facts.rebalanceId,
        vaultId: facts.vaultId,
        expected: {
          version: before.version,
          fence: before.vault.fence,
          frozen: before.vault.frozen,
        },
        time,
        ...(inbox !== undefined && { inbox }),
        usedReports: used,
        head,
        stateReason,
        running: !hasEnded(head.state.state),
        waitingCount: before.waitingCount - used.length + (inbox?.state === 'WAITING' ? 1 : 0),
        feedCount: before.feedCount + feed.length,
        alone: hasEnded(before.head.state.state),
        ...(open !== undefined && { open }),
        events,
        actions: [...changes.values()],
        pins,
        ledger,
        feed,
        freeze,
        outbox,
        ...(traceparent !== undefined && { traceparent }),
      };
    },
  };
}

/** The open action as it was before the step. */
function knownOf(open: OpenAction): [number, ActionRecord] {
  const { index, amount, booked, reportSequence, orderId, dispatchTime } = open;
  const state = movedAnything(booked) ? 'PARTIALLY_FILLED' : 'DISPATCHED';
  return [index, { index, state, amount, booked, reportSequence, orderId, dispatchTime }];
}

/** What the rebalance is after a step was written. */
export function afterStep(before: RunningRebalance, step: RebalanceStep): RunningRebalance {
  return {
    facts: before.facts,
    version: before.version + 1,
    head: step.head,
    stateReason: step.stateReason,
    ...(step.open !== undefined && { open: step.open }),
    waitingCount: step.waitingCount,
    feedCount: step.feedCount,
    vault: step.freeze ? { ...before.vault, frozen: true } : before.vault,
  };
}
