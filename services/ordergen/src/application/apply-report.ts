import type { Clock } from '@trimtab/core';
import { orderIdOf } from '../domain/ids.js';
import { hasEnded } from '../domain/rebalance-state.js';
import { correctSettled, isNews } from './correct-settled.js';
import { movedAnything, NOTHING_EXECUTED, type ExecutionReport } from './execution-report.js';
import { judgeReport } from './judge-report.js';
import type { Messages } from './outgoing.js';
import type { InboxEntry, Observer, OrderGenStore, Tracing } from './ports.js';
import { bookPartial, bookUnordered, goOn, isFinalReport } from './progress.js';
import type { ActionRecord, RunningRebalance } from './rebalance-record.js';
import { outAtFault } from './resolve-faulted.js';
import type { RebalanceStep } from './rebalance-step.js';
import type { RunningCache } from './running-cache.js';
import { settleReport } from './settle-report.js';
import { cancelWaiting } from './stop-locked.js';
import { afterStep, createStepDraft, type StepDraft } from './step-draft.js';

/** What of the store applying a report needs. */
export type ReportStore = Pick<
  OrderGenStore,
  | 'loadRunning'
  | 'findVault'
  | 'findAction'
  | 'listWaiting'
  | 'knowsReport'
  | 'recordReport'
  | 'commit'
  | 'transaction'
>;

/**
 * Called after a commit that left messages in the outbox or news for watchers. With the step, its
 * messages can go out at once: nothing older of its rebalance waits in the outbox unknown to us.
 */
export type Committed = (rebalanceId: string, step?: RebalanceStep) => void;

/** What applying a report needs. */
export interface ApplyReportDependencies {
  readonly clock: Clock;
  readonly store: ReportStore;
  readonly cache: RunningCache;
  readonly messages: Messages;
  readonly observer: Pick<
    Observer,
    'rebalanceEnded' | 'stepTaken' | 'vaultFrozen' | 'reportWaits' | 'duplicateReport'
  >;
  readonly tracing: Pick<Tracing, 'recalibrate' | 'traceparentOf'>;
  readonly committed: Committed;
}

/** A report as it came. */
export interface ReceivedReport {
  readonly report: ExecutionReport;
  readonly subject: string;
  readonly payload: Uint8Array;
}

/** What became of a report. */
export type Applied =
  | { readonly kind: 'APPLIED' | 'DUPLICATE' | 'WAITING' }
  | { readonly kind: 'CONFLICT' }
  | { readonly kind: 'DEAD'; readonly reason: string };

/** Applies one report, at most once however often it comes. */
export type ApplyReport = (received: ReceivedReport) => Promise<Applied>;

/** How often a step is decided again on fresh state before the message is handed back. */
const MAX_ATTEMPTS = 5;

/**
 * The hot path (execution rules 1 and 2): the rebalance from memory, the fold, one statement. A
 * conflict reads the rebalance again and decides again; a known event id changes nothing.
 */
export function createApplyReport(deps: ApplyReportDependencies): ApplyReport {
  return async (received) => {
    const { rebalanceId } = received.report;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const running = await currentOf(deps, rebalanceId);
      if (running === undefined) {
        return { kind: 'DEAD', reason: `rebalance ${rebalanceId} does not exist` };
      }
      const applied = await deps.tracing.recalibrate(running.facts, received.report.index, () =>
        applyTo(deps, running, received),
      );
      if (applied.kind !== 'CONFLICT') return applied;
      deps.cache.drop(rebalanceId);
    }
    return { kind: 'CONFLICT' };
  };
}

async function currentOf(
  deps: ApplyReportDependencies,
  rebalanceId: string,
): Promise<RunningRebalance | undefined> {
  return deps.cache.get(rebalanceId) ?? (await deps.store.loadRunning(rebalanceId));
}

async function applyTo(
  deps: ApplyReportDependencies,
  running: RunningRebalance,
  received: ReceivedReport,
): Promise<Applied> {
  const { report } = received;
  const verdict = judgeReport(running, report);
  if (typeof verdict === 'object') {
    return (await deps.store.knowsReport(report.eventId))
      ? { kind: 'DUPLICATE' }
      : { kind: 'DEAD', reason: verdict.dead };
  }
  if (verdict === 'NOTED') return note(deps, received);
  if (verdict === 'SETTLED') return applyToSettled(deps, running, received);
  const draft = createStepDraft(running, deps.clock.now());
  if (verdict === 'WAITS') {
    deps.observer.reportWaits(report.rebalanceId, report.index);
    return commit(deps, draft, inboxOf(deps, received, 'WAITING'));
  }
  if (verdict === 'PARTIAL') bookPartial(draft, report);
  if (verdict === 'FINAL') settleReport(draft, report);
  if (verdict === 'MISMATCH') faultMismatch(draft, report);
  await goOnWithWaiting(deps, draft);
  return commit(deps, draft, inboxOf(deps, received, 'APPLIED'));
}

/** Reads the reports that wait only if there are any: none do on the ordinary way. */
async function goOnWithWaiting(deps: ApplyReportDependencies, draft: StepDraft): Promise<void> {
  const { facts, waitingCount } = draft.before;
  const waiting = waitingCount === 0 ? [] : await deps.store.listWaiting(facts.rebalanceId);
  goOn(draft, waiting, deps.messages);
}

/** A fill under our own order id for another amount than was ordered: booked, and the run freezes. */
function faultMismatch(draft: StepDraft, report: ExecutionReport): void {
  const ordered = draft.open?.amount;
  const { rebalanceId, index } = report;
  if (isFinalReport(report)) draft.change({ rebalanceId, index, settleTime: draft.time });
  bookUnordered(draft, report);
  draft.setOpen(undefined);
  draft.fault(
    `the report of action ${report.index} answers an amount of ${report.orderedAmount}, ` +
      `${ordered ?? 0n} was ordered`,
  );
}

/** A report of an action that has settled: a correction, or a duplicate. */
async function applyToSettled(
  deps: ApplyReportDependencies,
  running: RunningRebalance,
  received: ReceivedReport,
): Promise<Applied> {
  const { report } = received;
  if (await deps.store.knowsReport(report.eventId)) return { kind: 'DUPLICATE' };
  const record = await deps.store.findAction(report.rebalanceId, report.index);
  if (record?.orderId === undefined) return applyUndispatched(deps, running, received);
  const answers = isOut(running, record) && isFinalReport(report);
  if (!isNews(record, report)) {
    return answers ? answerFaulted(deps, running, record, received) : note(deps, received);
  }
  const carrier = await carrierOf(deps, running);
  const draft = createStepDraft(carrier, deps.clock.now());
  if (carrier === running) draft.know(record);
  correctSettled(draft, report, { facts: running.facts, booked: record.booked, answers });
  if (!hasEnded(carrier.head.state.state)) await goOnWithWaiting(deps, draft);
  return commit(deps, draft, inboxOf(deps, received, 'APPLIED'));
}

/** Whether an action was out when its run faulted, and nobody has said the last word on it since. */
function isOut({ head }: RunningRebalance, record: ActionRecord): boolean {
  return head.state.state === 'FAULTED' && outAtFault(record) !== undefined;
}

/** Money did not move beyond what is booked, but the order is not out any more. */
async function answerFaulted(
  deps: ApplyReportDependencies,
  running: RunningRebalance,
  record: ActionRecord,
  received: ReceivedReport,
): Promise<Applied> {
  const { rebalanceId, index, sequence, execType, eventId } = received.report;
  const vault = await deps.store.findVault(running.facts.vaultId);
  // A step of an ended rebalance is written alone; it is not worth stopping another one for.
  if (vault?.openRebalanceId !== undefined) return note(deps, received);
  const draft = createStepDraft(running, deps.clock.now());
  draft.know(record);
  // Later news of the order can have come first.
  const isLatest = sequence > record.reportSequence;
  const settleTime = draft.time;
  const latest = isLatest ? { reportSequence: sequence, execType } : {};
  draft.change({ rebalanceId, index, settleTime, ...latest });
  draft.showAction('RESULT', index, { event_id: eventId });
  return commit(deps, draft, inboxOf(deps, received, 'APPLIED'));
}

/** A correction enters the fold of the rebalance that runs by now, else of its own. */
async function carrierOf(
  deps: ApplyReportDependencies,
  own: RunningRebalance,
): Promise<RunningRebalance> {
  if (!hasEnded(own.head.state.state)) return own;
  const vault = await deps.store.findVault(own.facts.vaultId);
  const other = vault?.openRebalanceId;
  if (other === undefined) return own;
  const running = await deps.store.loadRunning(other);
  if (running?.head.state.state !== 'AWAITING_APPROVAL') return running ?? own;
  // The money that is about to be booked is not what would be approved.
  const why = { by: 'system', reason: 'a correction changed the holdings of the vault' };
  await deps.store.transaction(async (session) => {
    const locked = await session.lockVault(own.facts.vaultId);
    if (locked !== undefined) await cancelWaiting(deps, session, locked, why);
  });
  deps.cache.drop(other);
  deps.committed(other);
  return carrierOf(deps, own);
}

/**
 * A report under our order id of an action that was never sent: its money is booked. While the
 * rebalance runs that is a fault; later it enters the fold that runs by then.
 */
async function applyUndispatched(
  deps: ApplyReportDependencies,
  running: RunningRebalance,
  received: ReceivedReport,
): Promise<Applied> {
  const { report } = received;
  if (!movedAnything(report.executed)) {
    return { kind: 'DEAD', reason: `action ${report.index} was never dispatched` };
  }
  if (!hasEnded(running.head.state.state)) {
    const draft = createStepDraft(running, deps.clock.now());
    bookUnordered(draft, report);
    draft.fault(`action ${report.index} was executed and never dispatched`);
    await goOnWithWaiting(deps, draft);
    return commit(deps, draft, inboxOf(deps, received, 'APPLIED'));
  }
  const carrier = await carrierOf(deps, running);
  const draft = createStepDraft(carrier, deps.clock.now());
  const { facts } = running;
  const { rebalanceId, index } = report;
  draft.change({ rebalanceId, index, orderId: orderIdOf(rebalanceId, index) });
  correctSettled(draft, report, { facts, booked: NOTHING_EXECUTED });
  if (!hasEnded(carrier.head.state.state)) await goOnWithWaiting(deps, draft);
  return commit(deps, draft, inboxOf(deps, received, 'APPLIED'));
}

async function note(deps: ApplyReportDependencies, received: ReceivedReport): Promise<Applied> {
  const isNew = await deps.store.recordReport(inboxOf(deps, received, 'DUPLICATE'));
  if (!isNew) deps.observer.duplicateReport(received.report.rebalanceId, received.report.eventId);
  return { kind: 'DUPLICATE' };
}

async function commit(
  deps: ApplyReportDependencies,
  draft: StepDraft,
  inbox: InboxEntry,
): Promise<Applied> {
  const step = draft.finish(inbox, deps.tracing.traceparentOf(draft.before.facts));
  // What is in memory was written here, and with it all that the rebalance has sent lately.
  const isOurs = deps.cache.get(step.rebalanceId) === draft.before;
  const outcome = await deps.store.commit(step);
  if (outcome === 'DUPLICATE') {
    deps.observer.duplicateReport(inbox.rebalanceId, inbox.eventId);
    return { kind: 'DUPLICATE' };
  }
  if (outcome === 'CONFLICT') {
    deps.cache.drop(step.rebalanceId);
    return { kind: 'CONFLICT' };
  }
  deps.cache.put(afterStep(draft.before, step));
  report(deps, draft, step);
  deps.committed(step.rebalanceId, isOurs ? step : undefined);
  return { kind: inbox.state === 'WAITING' ? 'WAITING' : 'APPLIED' };
}

function report(deps: ApplyReportDependencies, draft: StepDraft, step: RebalanceStep): void {
  const { facts } = draft.before;
  deps.observer.stepTaken(draft.before, step);
  if (step.freeze) deps.observer.vaultFrozen(facts.vaultId, facts.rebalanceId, step.stateReason);
  if (step.running || hasEnded(draft.before.head.state.state)) return;
  deps.observer.rebalanceEnded(facts.rebalanceId, facts.vaultId, step.head.state.state);
}

function inboxOf(
  deps: ApplyReportDependencies,
  received: ReceivedReport,
  state: InboxEntry['state'],
): InboxEntry {
  const { report, subject, payload } = received;
  return {
    eventId: report.eventId,
    rebalanceId: report.rebalanceId,
    state,
    index: report.index,
    subject,
    payload,
    receivedTime: deps.clock.now(),
  };
}
