import { compare, present, sorted, type Instant } from '@trimtab/core';
import { inTransaction, sql, type Database, type Transaction } from '@trimtab/storage';
import type { Selectable } from 'kysely';
import type { PlannedAgent } from '@trimtab/strategy';
import type {
  ActivationProgress,
  ActivationRecord,
  ActivationStore,
} from '../../application/activation-ports.js';
import { ACTIVATION_STEPS, type ActivationStep, type Intent } from '../../domain/intent.js';
import { isTerminal } from '../../domain/lifecycle.js';
import { lockIntentRow, type RecordChange } from './intent-changes.js';
import { refusingTakenVault } from './one-live-per-vault.js';
import { fromIntentRow, toAnswerText, toDate } from './rows.js';
import { unansweredChange } from './state-change-store.js';
import type { IntentsTable, IntentTables } from './tables.js';
import { requestPool, workIdOf } from './wake-work.js';

/** An activation is broken off when nothing was written of it for so long. */
const BROKEN_AFTER_SECONDS = 5;

/** Activations in PostgreSQL. */
export function createActivationStore(
  database: Database<IntentTables>,
  recordChange: RecordChange,
): ActivationStore {
  return {
    record: (step) =>
      refusingTakenVault(
        () => inTransaction(database, (tx) => record(tx, step, recordChange)),
        step.vaultId ?? '',
      ),
    foundVault: async (intentId, vaultId, now) => {
      const attach = (): Promise<void> =>
        inTransaction(database, async (tx) => {
          const row = present(await lockIntentRow(tx, intentId), 'a stored intent stays');
          if (row.vault_id !== null) return;
          const intent: Intent = { ...fromIntentRow(row), vaultId, updateTime: now };
          await writeIntent(tx, intent, undefined);
          await recordChange(tx, intent);
        });
      await refusingTakenVault(attach, vaultId);
    },
    claimBroken: async (limit) => {
      const { rows } = await sql<Selectable<IntentsTable>>`
        update intents set activation_due_time = ${brokenOffTime()} where intent_id in (
          select intent_id from intents
          where activation_step <> 'ACTIVATED' and state in ('ACTIVE', 'PAUSED')
            and activation_due_time <= now()
          order by activation_due_time limit ${limit} for update skip locked
        ) returning *
      `.execute(database.kysely);
      return rows.map(fromIntentRow);
    },
  };
}

/** When an activation counts as broken off, if nobody has gone on with it by then. */
export const brokenOffTime = () =>
  sql<Date>`now() + make_interval(secs => ${BROKEN_AFTER_SECONDS})`;

async function record(
  tx: Transaction<IntentTables>,
  { intentId, step, vaultId, agents, now }: ActivationRecord,
  recordChange: RecordChange,
): Promise<ActivationProgress> {
  const row = present(await lockIntentRow(tx, intentId), 'a stored intent stays');
  const intent = fromIntentRow(row);
  if (isTerminal(intent.state)) return { kind: 'STOPPED', intent, stop: undefined };
  // Before its end nothing but a stop is accepted of an activation.
  const stop =
    intent.activationStep === 'ACTIVATED' ? undefined : await unansweredChange(tx, intent);
  if (stop !== undefined) return { kind: 'STOPPED', intent, stop };
  const changed: Intent = {
    ...intent,
    vaultId: intent.vaultId ?? vaultId,
    activationStep: later(intent.activationStep, step),
    updateTime: now,
  };
  const isNews =
    changed.vaultId !== intent.vaultId || changed.activationStep !== intent.activationStep;
  if (!isNews) return { kind: 'GOES_ON', intent };
  if (agents !== undefined) await startWork(tx, changed, agents, now);
  const answer =
    changed.activationStep === 'ACTIVATED'
      ? toAnswerText({ intent: changed, warnings: row.warnings })
      : undefined;
  await writeIntent(tx, changed, answer);
  await recordChange(tx, changed);
  return { kind: 'GOES_ON', intent: changed };
}

function later(one: ActivationStep, other: ActivationStep): ActivationStep {
  return ACTIVATION_STEPS.indexOf(one) < ACTIVATION_STEPS.indexOf(other) ? other : one;
}

async function writeIntent(
  tx: Transaction<IntentTables>,
  intent: Intent,
  firstAnswer: string | undefined,
): Promise<void> {
  await tx
    .updateTable('intents')
    .set({
      vault_id: intent.vaultId ?? null,
      activation_step: intent.activationStep,
      update_time: toDate(intent.updateTime),
      activation_due_time: brokenOffTime(),
      ...(firstAnswer !== undefined && { first_answer: firstAnswer }),
    })
    .where('intent_id', '=', intent.id)
    .execute();
}

/**
 * One row for each agent; one that several intents have in common is there once, and due again. The
 * agent of the collateral is told of the intent.
 */
async function startWork(
  tx: Transaction<IntentTables>,
  intent: Intent,
  agents: readonly PlannedAgent[],
  now: Instant,
): Promise<void> {
  // In the order in which work is locked everywhere.
  const work = agents.map((agent) => ({
    ...agent,
    workId: workIdOf(agent.kind, agent.instanceKey),
  }));
  for (const { kind, instanceKey, workId } of sorted(work, byWorkId)) {
    const own = instanceKey === intent.id;
    await sql`
      insert into due_work (work_id, agent_kind, instance_key, intent_id, ticker, due_time)
      values (${workId}, ${kind}, ${instanceKey}, ${own ? intent.id : null},
        ${own ? intent.spec.ticker : null}, ${toDate(now)})
      on conflict (agent_kind, instance_key) do update set
        woken = true, due_time = least(due_work.due_time, excluded.due_time)
    `.execute(tx);
  }
  await requestPool(tx, intent, now);
}

function byWorkId(left: { readonly workId: string }, right: { readonly workId: string }): number {
  return compare(left.workId, right.workId);
}
