import { setTimeout as pause } from 'node:timers/promises';
import { sql, type Database } from '@trimtab/storage';
import type {
  ChangeFilter,
  IntentChange,
  IntentChangeFeed,
} from '../../application/watch-intents.js';
import type { Intent } from '../../domain/intent.js';
import { fromKeptIntent } from './rows.js';
import type { IntentTables } from './tables.js';

/** The sequence of changes in PostgreSQL, looked at again at an interval. */
export function createIntentChangeFeed(
  { kysely }: Database<IntentTables>,
  { pollMillis }: { readonly pollMillis: number },
): IntentChangeFeed {
  return {
    last: async () => {
      const row = await kysely
        .selectFrom('intent_changes')
        .select(({ fn }) => fn.max('sequence').as('last'))
        .executeTakeFirst();
      return BigInt(row?.last ?? '0');
    },
    latest: async (filter, upTo, after, limit) => {
      const { rows } = await sql<ChangeRow>`
        select c.sequence, c.document from intent_changes c
        where c.sequence > ${after.toString()} and c.sequence <= ${upTo.toString()}
          and ${matches(filter)}
          and not exists (
            select 1 from intent_changes n
            where n.intent_id = c.intent_id and n.sequence > c.sequence
              and n.sequence <= ${upTo.toString()}
          )
        order by c.sequence limit ${limit}
      `.execute(kysely);
      return rows.map(toChange);
    },
    after: async (filter, sequence, limit) => {
      const { rows } = await sql<ChangeRow>`
        select c.sequence, c.document from intent_changes c
        where c.sequence > ${sequence.toString()} and ${matches(filter)}
        order by c.sequence limit ${limit}
      `.execute(kysely);
      return rows.map(toChange);
    },
    more: async (signal) => {
      try {
        await pause(pollMillis, undefined, signal && { signal });
      } catch {
        // Aborted: the watcher sees it.
      }
    },
  };
}

interface ChangeRow {
  readonly sequence: string;
  readonly document: Intent;
}

function matches({ owner, intentIds }: ChangeFilter) {
  const ofOwner = owner === undefined ? sql`true` : sql`c.owner = ${owner}`;
  const named = intentIds.length === 0 ? sql`true` : sql`c.intent_id = any(${[...intentIds]})`;
  return sql`${ofOwner} and ${named}`;
}

function toChange({ sequence, document }: ChangeRow): IntentChange {
  return { sequence: BigInt(sequence), intent: fromKeptIntent(document) };
}
