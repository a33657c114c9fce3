import type { Instant } from '@trimtab/core';
import { sql, type Transaction } from '@trimtab/storage';
import { planAgents, type AgentKind } from '@trimtab/strategy';
import type { Intent } from '../../domain/intent.js';
import { toDate } from './rows.js';
import type { IntentTables } from './tables.js';

/**
 * Waking: work becomes due now. Whoever wakes takes the locks of all that it touches at once and in the
 * order of their ids (`lockWork`), so that no two ever wait for each other. Work that is woken while an
 * engine holds it is marked, and due again right after that engine's report: what it was woken for may
 * have happened behind its back.
 */

/** A row of work under its lock. */
export interface LockedWork {
  readonly work_id: string;
  readonly agent_kind: AgentKind;
  readonly instance_key: string;
  readonly intent_id: string | null;
  readonly lease_token: string;
  readonly engine_id: string | null;
}

/** Which work is locked: by its ids, and what sleeps in a band that a price has left. */
export interface WorkToLock {
  readonly workIds: readonly string[];
  readonly spot?: SpotPrice | undefined;
}

/** The price of the base of a ticker in its quote. */
export interface SpotPrice {
  readonly ticker: string;
  readonly price: string;
}

/** The id of the work of an agent. */
export function workIdOf(kind: AgentKind, instanceKey: string): string {
  return `${kind}/${instanceKey}`;
}

/** The work of agents of an intent, whether or not there is some. */
export function workIdsOf(
  { id, spec }: Pick<Intent, 'id' | 'spec'>,
  kinds: readonly AgentKind[],
): readonly string[] {
  return planAgents(id, spec)
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ kind, instanceKey }) => workIdOf(kind, instanceKey));
}

/** Locks work until the end of the transaction; what does not exist is left out. */
export async function lockWork(
  tx: Transaction<IntentTables>,
  { workIds, spot }: WorkToLock,
): Promise<readonly LockedWork[]> {
  // A band is left strictly: at its edge the work sleeps on.
  const leaves =
    spot === undefined
      ? sql`false`
      : sql`ticker = ${spot.ticker}
          and (wake_below > ${spot.price}::numeric or wake_above < ${spot.price}::numeric)`;
  const { rows } = await sql<LockedWork>`
    select work_id, agent_kind, instance_key, intent_id, lease_token, engine_id from due_work
    where work_id = any(${[...workIds]}) or (${leaves})
    order by work_id for update`.execute(tx);
  return rows;
}

/** Makes locked work due now, or leaves it where it is due already. */
export async function wakeWork(
  tx: Transaction<IntentTables>,
  workIds: readonly string[],
  now: Instant,
): Promise<void> {
  if (workIds.length === 0) return;
  await sql`
    update due_work set woken = true, due_time = least(due_time, ${toDate(now)})
    where work_id = any(${[...workIds]})`.execute(tx);
}

/** Makes locked work due now whose band was left, and takes the band away: it wakes once. */
export async function wakeOutOfBand(
  tx: Transaction<IntentTables>,
  workIds: readonly string[],
  now: Instant,
): Promise<void> {
  if (workIds.length === 0) return;
  await sql`
    update due_work set woken = true, due_time = least(due_time, ${toDate(now)}),
      wake_below = null, wake_above = null
    where work_id = any(${[...workIds]})`.execute(tx);
}

/** Notes an intent with the agent of its collateral; one that was given out before asks anew. */
export async function requestPool(
  tx: Transaction<IntentTables>,
  intent: Pick<Intent, 'id' | 'spec'>,
  now: Instant,
): Promise<void> {
  const workId = workIdOf('POOL', intent.spec.collateral.asset);
  await sql`
    insert into work_requests (work_id, intent_id, request_time)
    values (${workId}, ${intent.id}, ${toDate(now)})
    on conflict (work_id, intent_id)
      do update set lease_token = null, request_time = excluded.request_time`.execute(tx);
}

/** Wakes all work of an intent itself. */
export async function wakeIntent(
  tx: Transaction<IntentTables>,
  intentId: string,
  now: Instant,
): Promise<void> {
  await wakeWork(tx, await lockOwnWork(tx, intentId), now);
}

/** The engine has nothing left to do for an intent at its end; shared agents go on for the others. */
export async function endWork(tx: Transaction<IntentTables>, intentId: string): Promise<void> {
  await lockOwnWork(tx, intentId);
  await tx.deleteFrom('due_work').where('intent_id', '=', intentId).execute();
  await tx.deleteFrom('work_requests').where('intent_id', '=', intentId).execute();
}

async function lockOwnWork(
  tx: Transaction<IntentTables>,
  intentId: string,
): Promise<readonly string[]> {
  const { rows } = await sql<{ readonly work_id: string }>`
    select work_id from due_work where intent_id = ${intentId}
    order by work_id for update`.execute(tx);
  return rows.map((row) => row.work_id);
}
