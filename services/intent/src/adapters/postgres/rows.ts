import { instant, present, type Instant } from '@trimtab/core';
import type { Insertable, Selectable } from 'kysely';
import type { CreatedIntent } from '../../application/ports.js';
import type { Intent } from '../../domain/intent.js';
import type { Violation } from '@trimtab/strategy';
import { fromKeptRuntime } from '../../domain/runtime.js';
import type { Run, RunOutcome } from '../../domain/run.js';
import type { IntentsTable, RunsTable } from './tables.js';

/** An intent as it is inserted. */
export function toIntentRow(
  intent: Intent,
  warnings: readonly Violation[],
): Insertable<IntentsTable> {
  return {
    intent_id: intent.id,
    owner: intent.owner,
    state: intent.state,
    state_reason: intent.stateReason,
    spec: JSON.stringify(intent.spec),
    vault_id: intent.vaultId ?? null,
    owns_vault: intent.ownsVault,
    activation_step: intent.activationStep,
    runtime: JSON.stringify(intent.runtime),
    first_answer: null,
    warnings: JSON.stringify(warnings),
    create_time: toDate(intent.createTime),
    update_time: toDate(intent.updateTime),
  };
}

/** An intent as it was read. */
export function fromIntentRow(row: Selectable<IntentsTable>): Intent {
  return {
    id: row.intent_id,
    owner: row.owner,
    state: row.state,
    stateReason: row.state_reason,
    spec: row.spec,
    vaultId: row.vault_id ?? undefined,
    ownsVault: row.owns_vault,
    activationStep: row.activation_step,
    runtime: fromKeptRuntime(row.runtime),
    createTime: fromDate(row.create_time),
    updateTime: fromDate(row.update_time),
  };
}

/** The answer of a creation: intents are plain values, so their JSON reads back as it was. */
export function toAnswerText(answer: CreatedIntent): string {
  return JSON.stringify(answer);
}

/** An answer of before that was kept as JSON; what its time did not know yet is at its start. */
export function fromKeptIntent(kept: Intent): Intent {
  return { ...kept, runtime: fromKeptRuntime(kept.runtime) };
}

/** A run as it was read. */
export function fromRunRow(row: Selectable<RunsTable>): Run {
  return {
    id: row.run_id,
    intentId: row.intent_id,
    vaultId: row.vault_id,
    trigger: row.trigger,
    purpose: row.purpose,
    startedBy: row.started_by,
    traceId: row.trace_id,
    ...(row.traceparent !== null && { traceparent: row.traceparent }),
    outcome: outcomeOf(row),
    progress: row.progress,
    createTime: fromDate(row.create_time),
    endTime: row.end_time === null ? undefined : fromDate(row.end_time),
  };
}

/** The columns of an outcome. */
export function toOutcomeColumns(
  outcome: RunOutcome,
): Pick<Insertable<RunsTable>, 'outcome' | 'reason' | 'message' | 'rebalance_id'> {
  const { kind } = outcome;
  const text = 'reason' in outcome ? outcome : { reason: '', message: '' };
  return {
    outcome: kind,
    reason: text.reason,
    message: text.message,
    rebalance_id: kind === 'REBALANCE' ? outcome.rebalanceId : null,
  };
}

/** A time as the database takes it. */
export function toDate(time: Instant): Date {
  return new Date(time);
}

/** A time as the database gives it. */
export function fromDate(date: Date): Instant {
  return instant(date.getTime());
}

function outcomeOf(row: Selectable<RunsTable>): RunOutcome {
  const { outcome: kind, reason, message } = row;
  switch (kind) {
    case 'RUNNING':
      return { kind };
    case 'REBALANCE':
      return { kind, rebalanceId: present(row.rebalance_id ?? undefined, 'checked by the table') };
    case 'NO_OP':
    case 'REFUSED':
      return { kind, reason, message };
  }
}
