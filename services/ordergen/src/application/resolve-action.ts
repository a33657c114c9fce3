import { canonicalJson } from '@trimtab/canonical';
import { addMillis, domainError, formatInstant, refuse, type Clock } from '@trimtab/core';
import type { FailureReason, FinalExecType } from '../domain/fold-input.js';
import { reportIdOf } from '../domain/ids.js';
import { hasEnded } from '../domain/rebalance-state.js';
import type { Executed, ExecutionReport } from './execution-report.js';
import type { Caller, Observer, OrderGenSession, OrderGenStore, RequestKey } from './ports.js';
import type { OpenAction, RunningRebalance } from './rebalance-record.js';
import { rebalanceNotFound, vaultNotFound } from './refusals.js';
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
 * executor uses: should the venue's own report come after all, a larger one is a correction.
 */
export function createResolveAction(deps: ResolveActionDependencies): ResolveAction {
  return async (command, key, caller, respond) => {
    const { rebalanceId } = command;
    const known = (await deps.store.loadRunning(rebalanceId)) ?? rebalanceNotFound(rebalanceId);
    const { vaultId } = known.facts;
    const response = await deps.store.once(key, async (session) => {
      if ((await session.lockVault(vaultId)) === undefined) vaultNotFound(vaultId);
      const running = (await session.loadRunning(rebalanceId)) ?? rebalanceNotFound(rebalanceId);
      const open = requireStuck(deps, running, command.index);
      await resolve(deps, session, { running, open, command });
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
  const report: ExecutionReport = {
    eventId: reportIdOf(open.orderId, 0),
    orderId: open.orderId,
    rebalanceId,
    vaultId,
    index: command.index,
    execType: command.execType,
    orderedAmount: open.amount,
    executed: command.executed,
    ...(command.reason !== undefined && { reason: command.reason }),
    sequence: open.reportSequence,
    occurTime: time,
  };
  const draft = createStepDraft(running, time);
  settleReport(draft, report);
  await commitLocked(deps, session, draft, {
    eventId: report.eventId,
    rebalanceId,
    state: 'APPLIED',
    index: command.index,
    subject: 'resolve-action',
    payload: deps.encodeReport(report, command.venueReference),
    receivedTime: time,
  });
  const { state } = draft.head.state;
  if (hasEnded(state)) deps.observer.rebalanceEnded(rebalanceId, vaultId, state);
}

function requireStuck(
  deps: ResolveActionDependencies,
  { facts, open }: RunningRebalance,
  index: number,
): OpenAction {
  const metadata = { rebalance_id: facts.rebalanceId, index: String(index) };
  if (index >= facts.actions.length) {
    refuse(
      domainError(
        'NOT_FOUND',
        'ACTION_NOT_FOUND',
        `index ${index} is not one of the ${facts.actions.length} actions`,
        metadata,
      ),
    );
  }
  if (open?.index !== index) {
    return refuseNotStuck(`action ${index} does not wait for a report`, metadata);
  }
  const stuckFrom = addMillis(open.dispatchTime, deps.unresolvedAfterMillis);
  if (deps.clock.now() >= stuckFrom) return open;
  return refuseNotStuck(
    `action ${index} waits for its report and is stuck from ${formatInstant(stuckFrom)}`,
    { ...metadata, stuck_time: formatInstant(stuckFrom) },
  );
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
