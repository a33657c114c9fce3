import { canonicalJson } from '@trimtab/canonical';
import {
  addMillis,
  domainError,
  formatInstant,
  invalidFields,
  refuse,
  type Clock,
  type Instant,
} from '@trimtab/core';
import type { FailureReason, FinalExecType } from '../domain/fold-input.js';
import { reportIdOf } from '../domain/ids.js';
import { hasEnded } from '../domain/rebalance-state.js';
import type { Executed, ExecutionReport } from './execution-report.js';
import { impossibleForLong } from './judge-report.js';
import type {
  Caller,
  InboxEntry,
  Observer,
  OrderGenSession,
  OrderGenStore,
  RequestKey,
} from './ports.js';
import type { OpenAction, RunningRebalance } from './rebalance-record.js';
import { rebalanceNotFound, vaultNotFound } from './refusals.js';
import { outAtFault, resolveFaulted, type FaultedResolution } from './resolve-faulted.js';
import { settleReport } from './settle-report.js';
import { createStepDraft } from './step-draft.js';
import { commitLocked, type LockedStepDependencies } from './stop-locked.js';

/** What became of an order, by the venue's evidence. */
export interface ResolveActionCommand {
  readonly rebalanceId: string;
  readonly index: number;
  readonly execType: FinalExecType;
  readonly executed: Executed;
  readonly reason?: FailureReason;
  readonly venueReference: string;
  readonly evidence: string;
}

/** What resolving needs. */
export interface ResolveActionDependencies extends LockedStepDependencies {
  readonly clock: Clock;
  readonly store: OrderGenStore;
  readonly observer: Observer;
  /** Writes the resolution as the report that watchers are shown. */
  readonly encodeReport: (report: ExecutionReport, venueReference: string) => Uint8Array;
  /** How long an action may wait for its final report before it is stuck. */
  readonly unresolvedAfterMillis: number;
  readonly changed: (rebalanceId: string) => void;
}

/** Settles an action that is stuck. An admin, which the rule of the method sees to. */
export type ResolveAction = (
  command: ResolveActionCommand,
  key: RequestKey,
  caller: Caller,
  respond: (session: OrderGenSession) => Promise<Uint8Array>,
) => Promise<Uint8Array>;

/**
 * The one way besides a report to settle an action (order generation rules, section 5): the numbers
 * go where a final report would go. The resolution has report number 0 of its order, which no
 * executor uses: should the venue's own report come after all, a larger one is a correction. Of a run
 * that faulted, the ledger alone takes it.
 */
export function createResolveAction(deps: ResolveActionDependencies): ResolveAction {
  return async (command, key, caller, respond) => {
    const { rebalanceId } = command;
    const known = (await deps.store.loadRunning(rebalanceId)) ?? rebalanceNotFound(rebalanceId);
    const { vaultId } = known.facts;
    let cancelled: string | undefined;
    const response = await deps.store.once(key, async (session) => {
      const vault = (await session.lockVault(vaultId)) ?? vaultNotFound(vaultId);
      const running = (await session.loadRunning(rebalanceId)) ?? rebalanceNotFound(rebalanceId);
      requirePossible(running, command);
      const { open, head } = running;
      if (head.state.state === 'FAULTED') {
        const given = { vault, running, command, by: caller.subject };
        cancelled = await resolveOutAtFault(deps, session, given);
      } else if (open?.index === command.index) {
        requireOverdue(deps, running, open);
        await resolve(deps, session, { running, open, command });
      } else {
        refuseNotWaiting(running, command.index);
      }
      await session.appendAudit({
        verb: 'RESOLVE_ACTION',
        vaultId,
        rebalanceId,
        subject: caller.subject,
        reason: command.evidence,
        details: detailsOf(command),
        time: deps.clock.now(),
      });
      return respond(session);
    });
    deps.changed(rebalanceId);
    if (cancelled !== undefined) deps.changed(cancelled);
    return response;
  };
}

interface Resolution {
  readonly running: RunningRebalance;
  readonly open: OpenAction;
  readonly command: ResolveActionCommand;
}

async function resolve(
  deps: ResolveActionDependencies,
  session: OrderGenSession,
  { running, open, command }: Resolution,
): Promise<void> {
  const { rebalanceId, vaultId } = running.facts;
  const time = deps.clock.now();
  const report = reportOf(running, open, command, time);
  const draft = createStepDraft(running, time);
  settleReport(draft, report);
  await commitLocked(deps, session, draft, inboxOf(deps, report, command));
  const { state } = draft.head.state;
  if (hasEnded(state)) deps.observer.rebalanceEnded(rebalanceId, vaultId, state);
}

/** Answers the id of the rebalance that it cancels, if one waits for its approval. */
async function resolveOutAtFault(
  deps: ResolveActionDependencies,
  session: OrderGenSession,
  {
    vault,
    running,
    command,
    by,
  }: Pick<FaultedResolution, 'vault' | 'running' | 'by'> & {
    readonly command: ResolveActionCommand;
  },
): Promise<string | undefined> {
  const { index, rebalanceId } = command;
  const record = await session.findAction(rebalanceId, index);
  const out = outAtFault(record) ?? refuseNotWaiting(running, index);
  requireOverdue(deps, running, out);
  const report = reportOf(running, out, command, deps.clock.now());
  const inbox = inboxOf(deps, report, command);
  return resolveFaulted(deps, session, { vault, running, out, report, inbox, by });
}

/** The evidence as the report that it takes the place of. */
function reportOf(
  { facts }: RunningRebalance,
  out: OpenAction,
  command: ResolveActionCommand,
  occurTime: Instant,
): ExecutionReport {
  return {
    eventId: reportIdOf(out.orderId, 0),
    orderId: out.orderId,
    rebalanceId: facts.rebalanceId,
    vaultId: facts.vaultId,
    index: command.index,
    execType: command.execType,
    orderedAmount: out.amount,
    executed: command.executed,
    ...(command.reason !== undefined && { reason: command.reason }),
    sequence: out.reportSequence,
    occurTime,
  };
}

function inboxOf(
  deps: ResolveActionDependencies,
  report: ExecutionReport,
  { venueReference }: ResolveActionCommand,
): InboxEntry {
  return {
    eventId: report.eventId,
    rebalanceId: report.rebalanceId,
    state: 'APPLIED',
    index: report.index,
    subject: 'resolve-action',
    payload: deps.encodeReport(report, venueReference),
    receivedTime: report.occurTime,
  };
}

/** The evidence names one of the actions, and says of it what an execution can be. */
function requirePossible({ facts }: RunningRebalance, command: ResolveActionCommand): void {
  const { index, executed } = command;
  const action = facts.actions[index];
  if (action === undefined) {
    refuse(
      domainError(
        'NOT_FOUND',
        'ACTION_NOT_FOUND',
        `index ${index} is not one of the ${facts.actions.length} actions`,
        metadataOf(facts.rebalanceId, index),
      ),
    );
  }
  const impossible = impossibleForLong(action, executed);
  if (impossible !== undefined) {
    refuse(invalidFields([{ ...impossible, reason: 'FIELD_INVALID' }]));
  }
}

/** It has waited for its final report for long enough, to the millisecond. */
function requireOverdue(
  deps: ResolveActionDependencies,
  { facts }: RunningRebalance,
  { index, dispatchTime }: OpenAction,
): void {
  const stuckFrom = addMillis(dispatchTime, deps.unresolvedAfterMillis);
  if (deps.clock.now() >= stuckFrom) return;
  refuseNotStuck(
    `action ${index} waits for its report and is stuck from ${formatInstant(stuckFrom)}`,
    { ...metadataOf(facts.rebalanceId, index), stuck_time: formatInstant(stuckFrom) },
  );
}

function refuseNotWaiting({ facts }: RunningRebalance, index: number): never {
  refuseNotStuck(
    `action ${index} does not wait for a report`,
    metadataOf(facts.rebalanceId, index),
  );
}

function metadataOf(rebalanceId: string, index: number): Readonly<Record<string, string>> {
  return { rebalance_id: rebalanceId, index: String(index) };
}

function refuseNotStuck(message: string, metadata: Readonly<Record<string, string>>): never {
  refuse(domainError('FAILED_PRECONDITION', 'ACTION_NOT_STUCK', message, metadata));
}

function detailsOf({ index, execType, executed, reason, venueReference }: ResolveActionCommand) {
  return canonicalJson({
    index,
    execType,
    quantity: executed.quantity.toString(),
    underlying: executed.underlying.toString(),
    collateral: executed.collateral.toString(),
    fee: executed.fee.toString(),
    ...(reason !== undefined && { reason }),
    venueReference,
  });
}
