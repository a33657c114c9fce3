import { invalidFields, refuse } from '@trimtab/core';
import { sql, type Transaction } from '@trimtab/storage';
import type { WorkReport } from '../../application/engine-ports.js';
import { intentNotFound, leaseLost } from '../../application/refusals.js';
import { choosesSeries } from '../../domain/index-runtime.js';
import type { Intent } from '../../domain/intent.js';
import { lockIntentRow, type RecordChange } from './intent-changes.js';
import type { Notify } from './notify.js';
import { fromIntentRow, toDate } from './rows.js';
import { noteWanted } from './series-store.js';
import type { IntentTables } from './tables.js';
import {
  lockWork,
  requestPool,
  wakeOutOfBand,
  wakeWork,
  workIdsOf,
  type LockedWork,
  type SpotPrice,
} from './wake-work.js';

/** Writes a report of the engine in a transaction: all of it, or nothing. */
export type WriteReport = (
  tx: Transaction<IntentTables>,
  report: WorkReport,
) => Promise<Intent | undefined>;

/** Creates the writer. Locks are taken in one order: the intent, work by id, the sequence of changes. */
export function createWriteReport(recordChange: RecordChange, notify: Notify): WriteReport {
  return async (tx, report) => {
    const before = await lockIntent(tx, report);
    const found = await heldWork(tx, report, before);
    checkKind(report, found);
    const after = before && report.change(before);
    const woken = after === undefined ? [] : wokenBy(report, before, after);
    const locked = await lockWork(tx, {
      workIds: [found.work_id, ...woken],
      spot: spotOf(report, found),
    });
    // Another engine may have claimed the work while the locks were waited for.
    const held = locked.find((work) => work.work_id === found.work_id);
    if (held === undefined || !isCurrent(held, report)) return refuseLost(report);
    await wakeAll(tx, report, { after, woken, held, locked });
    await endRequests(tx, report, held);
    if (report.workId !== undefined) await release(tx, report, held);
    if (before !== undefined && after !== undefined) {
      for (const { kind, message } of report.notices) await notify(tx, after, kind, message);
      await writeRuntime(tx, { before, after, now: report.now }, recordChange);
    }
    return after;
  };
}

async function lockIntent(
  tx: Transaction<IntentTables>,
  { intentId }: WorkReport,
): Promise<Intent | undefined> {
  if (intentId === undefined) return undefined;
  const row = await lockIntentRow(tx, intentId);
  return row === undefined ? refuse(intentNotFound(intentId)) : fromIntentRow(row);
}

/** The work of the lease: the intent's own, or that of an agent that serves it with others. */
async function heldWork(
  tx: Transaction<IntentTables>,
  report: WorkReport,
  intent: Intent | undefined,
): Promise<LockedWork> {
  const { workId, leaseToken } = report;
  const { rows } = await sql<LockedWork>`
    select work_id, agent_kind, instance_key, intent_id, lease_token, engine_id from due_work
    where lease_token = ${leaseToken.toString()}
      and ${workId === undefined ? sql`true` : sql`work_id = ${workId}`}`.execute(tx);
  const work = rows.find((row) => isCurrent(row, report) && serves(row, intent));
  return work ?? refuseLost(report);
}

function isCurrent(work: LockedWork, { leaseToken }: WorkReport): boolean {
  return work.engine_id !== null && work.lease_token === leaseToken.toString();
}

function serves(work: LockedWork, intent: Intent | undefined): boolean {
  if (intent === undefined) return work.intent_id === null;
  if (work.intent_id !== null) return work.intent_id === intent.id;
  return workIdsOf(intent, [work.agent_kind]).includes(work.work_id);
}

function refuseLost({ intentId, workId, leaseToken }: WorkReport): never {
  return refuse(leaseLost(intentId ?? workId ?? '', leaseToken));
}

/** What only some agents can say. */
function checkKind(report: WorkReport, { agent_kind: kind, intent_id: own }: LockedWork): void {
  const band = report.wakeBelow === undefined ? 'wake_above_decimal' : 'wake_below_decimal';
  const hasBand = report.wakeBelow !== undefined || report.wakeAbove !== undefined;
  const isForeign = {
    [band]: hasBand && own === null,
    spot_price_decimal: report.spotPrice !== undefined && kind !== 'ORACLE',
    served_intent_ids: report.servedIntentIds.length > 0 && kind !== 'POOL',
  };
  const violations = Object.entries(isForeign)
    .filter(([, foreign]) => foreign)
    .map(([field]) => {
      const message = `was set, must be absent in a report of ${kind} work`;
      return { field, reason: 'FIELD_INVALID', message };
    });
  if (violations.length > 0) refuse(invalidFields(violations));
}

function spotOf({ spotPrice: price }: WorkReport, work: LockedWork): SpotPrice | undefined {
  return price === undefined ? undefined : { ticker: work.instance_key, price };
}

/** The agents that the report asks for, and the oracle's for a series that was chosen now. */
function wokenBy(
  { wakeAgents }: WorkReport,
  before: Intent | undefined,
  after: Intent,
): readonly string[] {
  const isChosen = choosesSeries(before?.runtime.index, after.runtime.index);
  return workIdsOf(after, isChosen ? [...wakeAgents, 'ORACLE'] : wakeAgents);
}

interface Waking {
  readonly after: Intent | undefined;
  /** The ids that are woken by name. */
  readonly woken: readonly string[];
  readonly held: LockedWork;
  readonly locked: readonly LockedWork[];
}

async function wakeAll(
  tx: Transaction<IntentTables>,
  { wakeAgents, now }: WorkReport,
  { after, woken, held, locked }: Waking,
): Promise<void> {
  await wakeWork(tx, woken, now);
  const byName = new Set([held.work_id, ...woken]);
  const outOfBand = locked.map((work) => work.work_id).filter((id) => !byName.has(id));
  await wakeOutOfBand(tx, outOfBand, now);
  if (after !== undefined && wakeAgents.includes('POOL')) await requestPool(tx, after, now);
}

/** A request that came again since it was given out stays. */
async function endRequests(
  tx: Transaction<IntentTables>,
  { servedIntentIds, leaseToken }: WorkReport,
  { work_id: workId }: LockedWork,
): Promise<void> {
  if (servedIntentIds.length === 0) return;
  await tx
    .deleteFrom('work_requests')
    .where('work_id', '=', workId)
    .where('intent_id', 'in', [...servedIntentIds])
    .where('lease_token', '=', leaseToken.toString())
    .execute();
}

/**
 * Ends the lease: the token stays, so that it is never taken for another. Work that was woken in
 * between, or that more intents asked for than were given out, is due now; requests that were given
 * out and not served wait for the time of the report, if it has one.
 */
async function release(
  tx: Transaction<IntentTables>,
  report: WorkReport,
  { work_id: workId }: LockedWork,
): Promise<void> {
  const { nextDueTime, leaseToken, failed, now } = report;
  const next = nextDueTime === undefined ? null : toDate(nextDueTime);
  await sql`
    update due_work set
      due_time = case
        when woken or exists (
          select 1 from work_requests r where r.work_id = due_work.work_id
            and (r.lease_token is distinct from ${leaseToken.toString()}::bigint
              or ${next}::timestamptz is null)
        ) then least(${next}::timestamptz, ${toDate(now)}::timestamptz)
        else ${next}::timestamptz
      end,
      wake_below = ${report.wakeBelow ?? null}::numeric,
      wake_above = ${report.wakeAbove ?? null}::numeric,
      woken = false,
      engine_id = null,
      lease_expire_time = null,
      attempt_count = case when ${failed} then attempt_count else 0 end
    where work_id = ${workId}`.execute(tx);
}

interface RuntimeChange {
  readonly before: Intent;
  readonly after: Intent;
  readonly now: WorkReport['now'];
}

async function writeRuntime(
  tx: Transaction<IntentTables>,
  { before, after, now }: RuntimeChange,
  recordChange: RecordChange,
): Promise<void> {
  const runtime = JSON.stringify(after.runtime);
  if (runtime === JSON.stringify(before.runtime)) return;
  await tx.updateTable('intents').set({ runtime }).where('intent_id', '=', before.id).execute();
  const [was, is] = [before.runtime.index, after.runtime.index];
  if (JSON.stringify(was) !== JSON.stringify(is)) await noteWanted(tx, after, now);
  await recordChange(tx, after);
}
