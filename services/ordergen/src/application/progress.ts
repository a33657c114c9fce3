import { invariant } from '@trimtab/core';
import { amountOf } from '../domain/amount-of.js';
import { hasEnded } from '../domain/rebalance-state.js';
import { mayDispatch } from '../domain/vault.js';
import { orderIdOf } from '../domain/ids.js';
import { correctSettled, isCorrection, isNews } from './correct-settled.js';
import { actionAt, orderFor, type UnsentReason } from './dispatch-terms.js';
import {
  movedAnything,
  NOTHING_EXECUTED,
  type Executed,
  type ExecutionReport,
} from './execution-report.js';
import type { Messages } from './outgoing.js';
import type { WaitingReport } from './ports.js';
import { settleReport } from './settle-report.js';
import { settleUnsent } from './settle-unsent.js';
import { cashChange } from './report-delta.js';
import type { StepDraft } from './step-draft.js';

/**
 * From a settled action to the next dispatch, or to the end, in the same step (order generation
 * rules, section 5; execution rule 2). What a venue would not take fails here; a report that waited
 * for its turn is used instead of a dispatch if it answers exactly what would be dispatched.
 */
export function goOn(
  draft: StepDraft,
  waiting: readonly WaitingReport[],
  messages: Messages,
): void {
  settleUnsent(draft);
  const queue = [...waiting];
  const { facts } = draft.before;
  // Each round settles an action, dispatches one, or faults.
  for (let round = 0; round <= facts.actions.length; round += 1) {
    useCorrections(draft, queue);
    if (!canDispatch(draft)) break;
    const index = draft.head.state.nextIndex;
    const own = take(queue, (report) => report.index === index && !isCorrection(report));
    const progressed = dispatchOrUse(draft, own, queue, messages);
    if (!progressed) break;
  }
  useCorrections(draft, queue);
  invariant(!canDispatch(draft), 'a step ends with an action out, or with nothing to send');
  if (!hasEnded(draft.head.state.state)) return;
  for (const { eventId, report } of queue) bookLeftover(draft, eventId, report);
  end(draft, messages);
}

function canDispatch(draft: StepDraft): boolean {
  return (
    draft.head.state.state === 'EXECUTING' &&
    draft.open === undefined &&
    !draft.frozen &&
    mayDispatch(draft.before.vault, draft.before.facts.purpose)
  );
}

/** True when the action was settled at once and the next one is to be looked at. */
function dispatchOrUse(
  draft: StepDraft,
  waiting: readonly WaitingReport[],
  queue: WaitingReport[],
  messages: Messages,
): boolean {
  const { facts } = draft.before;
  const { state } = draft.head;
  const index = state.nextIndex;
  const amount = amountOf(facts.program, state);
  const order = orderFor(facts, index, amount, state.cash);
  const isAnswer = ({ report }: WaitingReport): boolean =>
    order.ok && report.orderedAmount === amount;
  const others = waiting.filter((one) => !isAnswer(one));
  if (others.some(({ report }) => movedAnything(report.executed))) {
    bookMismatch(draft, waiting, amount);
    return false;
  }
  // What moved nothing for another amount changes nothing: the action takes its turn.
  for (const { eventId } of others) draft.use(eventId);
  const answers = waiting.filter(isAnswer);
  if (!order.ok) {
    failUnsent(draft, index, amount, order.error);
    return true;
  }
  draft.setOpen({
    index,
    orderId: order.value.orderId,
    amount,
    booked: NOTHING_EXECUTED,
    reportSequence: 0,
    dispatchTime: draft.time,
  });
  draft.change({
    rebalanceId: facts.rebalanceId,
    index,
    state: 'DISPATCHED',
    amount,
    orderId: order.value.orderId,
    dispatchTime: draft.time,
  });
  const final = answers.findIndex(({ report }) => isFinalReport(report));
  const settling = answers[final];
  if (settling !== undefined) {
    for (const { eventId } of answers.slice(0, final + 1)) draft.use(eventId);
    // What was reported after the last word may have moved more.
    queue.push(...answers.slice(final + 1));
    settleReport(draft, settling.report);
    return true;
  }
  draft.showAction('DISPATCH', index, { send_count: 1 });
  draft.send({ eventId: order.value.orderId, ...messages.dispatch(order.value) });
  for (const { eventId, report } of answers) {
    draft.use(eventId);
    bookPartial(draft, report);
  }
  return true;
}

/** Whether a report is the last word on its order, but for corrections. */
export function isFinalReport({ execType }: Pick<ExecutionReport, 'execType'>): boolean {
  return (
    execType === 'FILL' ||
    execType === 'CANCELED' ||
    execType === 'REJECTED' ||
    execType === 'EXPIRED'
  );
}

/** Books a part of the open action in the ledger; the fold waits for the final report. */
export function bookPartial(draft: StepDraft, report: ExecutionReport): void {
  const { open } = draft;
  if (open === undefined || report.sequence <= open.reportSequence) return;
  const { facts } = draft.before;
  const isPart = report.execType === 'PARTIAL_FILL';
  const moved = isPart ? report.executed : open.booked;
  draft.setOpen({ ...open, booked: moved, reportSequence: report.sequence });
  draft.change({
    rebalanceId: facts.rebalanceId,
    index: open.index,
    ...(isPart && { state: 'PARTIALLY_FILLED' as const }),
    booked: moved,
    reportSequence: report.sequence,
    execType: report.execType,
  });
  draft.showAction('RESULT', open.index, { event_id: report.eventId });
  if (isPart) draft.book('FILL', actionAt(facts, open.index), open.booked, report);
}

/** What no venue would take, or the cash at hand cannot pay, fails without being sent. */
function failUnsent(draft: StepDraft, index: number, amount: bigint, reason: UnsentReason): void {
  const { facts } = draft.before;
  const step = draft.fold({
    kind: 'RESULT',
    result: { index, filled: 0n, cashMoved: 0n, execType: 'REJECTED', reason },
  });
  draft.change({
    rebalanceId: facts.rebalanceId,
    index,
    state: step.step.settled?.actionState ?? 'FAILED',
    amount,
    filled: 0n,
    cashMoved: 0n,
    execType: 'REJECTED',
    reason,
    settleTime: draft.time,
  });
  draft.showAction('RESULT', index, {});
}

/** Money moved under our own order id for something that we would not have ordered. */
function bookMismatch(draft: StepDraft, waiting: readonly WaitingReport[], amount: bigint): void {
  for (const { eventId } of waiting) draft.use(eventId);
  const last = waiting.at(-1)?.report;
  if (last === undefined) return;
  bookUnordered(draft, last);
  draft.fault(
    `the report of action ${last.index} answers an amount of ${last.orderedAmount}, ` +
      `${amount} was to be ordered`,
  );
}

/** Books a report of an action that was not ordered so. */
export function bookUnordered(draft: StepDraft, report: ExecutionReport): void {
  const { facts } = draft.before;
  const booked = bookedSoFar(draft, report.index);
  draft.change({
    rebalanceId: facts.rebalanceId,
    index: report.index,
    booked: report.executed,
    reportSequence: report.sequence,
    orderId: orderIdOf(facts.rebalanceId, report.index),
    execType: report.execType,
  });
  draft.showAction('RESULT', report.index, { event_id: report.eventId });
  draft.book('FILL', actionAt(facts, report.index), booked, report);
}

/** What is booked for an action of this step, or for the open one. */
function bookedSoFar(draft: StepDraft, index: number): Executed {
  const { open } = draft;
  const changed = draft.changeOf(index)?.booked;
  return changed ?? (open?.index === index ? open.booked : NOTHING_EXECUTED);
}

/** A report that waited for a turn that never came: its money is booked all the same. */
function bookLeftover(draft: StepDraft, eventId: string, report: ExecutionReport): void {
  draft.use(eventId);
  const booked = bookedSoFar(draft, report.index);
  const reportSequence = draft.changeOf(report.index)?.reportSequence ?? 0;
  if (isNews({ booked, reportSequence }, report)) bookAfterEnd(draft, report);
}

/** Money of an action of an ended rebalance that was never sent; a faulted one keeps its fold. */
function bookAfterEnd(draft: StepDraft, report: ExecutionReport): void {
  const action = actionAt(draft.before.facts, report.index);
  const booked = bookedSoFar(draft, report.index);
  bookUnordered(draft, report);
  if (draft.head.state.state === 'FAULTED') return;
  const cash = cashChange(action, booked, report.executed);
  draft.fold({ kind: 'CORRECTION', correction: { cash, execType: report.execType } });
}

function end(draft: StepDraft, messages: Messages): void {
  const { facts } = draft.before;
  const { head } = draft;
  draft.setOpen(undefined);
  const { cash, toUnderlying, residual, corrections } = head.state;
  draft.show('END', {
    cash: cash.toString(),
    to_underlying: toUnderlying.toString(),
    residual: residual.toString(),
    corrections: corrections.toString(),
  });
  draft.send(hint(draft, messages, `${facts.rebalanceId}/end`));
}

/** A hint on the events stream that the rebalance has changed. */
export function hint(
  draft: StepDraft,
  messages: Messages,
  eventId: string,
): ReturnType<Messages['rebalanceEvent']> & { readonly eventId: string } {
  const { facts } = draft.before;
  return {
    eventId,
    ...messages.rebalanceEvent({
      eventId,
      rebalanceId: facts.rebalanceId,
      vaultId: facts.vaultId,
      state: draft.head.state.state,
      sequence: draft.head.sequence,
      stateHash: draft.head.hash,
      occurTime: draft.time,
    }),
  };
}

/** What came before the last word on its action, and says more than it, follows it at once. */
function useCorrections(draft: StepDraft, queue: WaitingReport[]): void {
  const { facts } = draft.before;
  const due = take(queue, (report) => report.index < draft.head.state.nextIndex);
  for (const { eventId, report } of due) {
    draft.use(eventId);
    const change = draft.changeOf(report.index);
    const { booked = NOTHING_EXECUTED, reportSequence = 0 } = change ?? {};
    if (!isNews({ booked, reportSequence }, report)) continue;
    const { index } = report;
    if (change?.orderId !== undefined || draft.before.open?.index === index) {
      correctSettled(draft, report, { facts, booked });
    } else if (hasEnded(draft.head.state.state)) {
      bookAfterEnd(draft, report);
    } else {
      bookUnordered(draft, report);
      draft.fault(`action ${index} was executed and never dispatched`);
    }
  }
}

function take(
  queue: WaitingReport[],
  isWanted: (report: ExecutionReport) => boolean,
): readonly WaitingReport[] {
  const taken = queue.filter(({ report }) => isWanted(report));
  for (const one of taken) queue.splice(queue.indexOf(one), 1);
  return taken;
}
