import { refuse } from '@trimtab/core';
import type { Kysely } from 'kysely';
import { leaseLost } from '../../application/refusals.js';
import type { IntentTables } from './tables.js';

/** Whether a token is that of the current lease of one of the intent's own agents. */
export async function isHeld(
  kysely: Kysely<IntentTables>,
  intentId: string,
  leaseToken: bigint,
): Promise<boolean> {
  const held = await kysely
    .selectFrom('due_work')
    .select('work_id')
    .where('intent_id', '=', intentId)
    .where('lease_token', '=', leaseToken.toString())
    .where('engine_id', 'is not', null)
    .executeTakeFirst();
  return held !== undefined;
}

/** The engine writes with the current lease of one of the intent's agents, or not at all. */
export async function requireLease(
  kysely: Kysely<IntentTables>,
  intentId: string,
  leaseToken: bigint,
): Promise<void> {
  if (!(await isHeld(kysely, intentId, leaseToken))) refuse(leaseLost(intentId, leaseToken));
}
