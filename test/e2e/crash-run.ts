import { canonicalJson, sha256Hex, type JsonValue } from '@trimtab/canonical';
import { eventually } from '@trimtab/testkit';
import type pg from 'pg';

/** Where a rebalance stands when something is ended: after this happened to this action. */
export interface Moment {
  readonly index: number;
  readonly what: 'dispatched' | 'accepted' | 'executed' | 'applied';
}

/** One rebalance. */
export interface Run {
  readonly rebalanceId: string;
  readonly vaultId: string;
  /** Resolves at the moment, or when the rebalance has ended; true if it still ran. */
  reaches(moment: Moment): Promise<boolean>;
  /** Waits for the end: its state, and everything that has no id and no time in it as one hash. */
  digest(): Promise<string>;
}

/** Looks at a rebalance in the schemas that start with the prefix. */
export function runOf(pool: pg.Pool, prefix: string, rebalanceId: string, vaultId: string): Run {
  const query = async <Row extends pg.QueryResultRow>(sql: string): Promise<readonly Row[]> =>
    (await pool.query<Row>(sql, [rebalanceId])).rows;
  const [orderGen, executor] = [`${prefix}_ordergen`, `${prefix}_executor`];
  const sight = async ({ index, what }: Moment): Promise<'PAST' | 'ENDED' | undefined> => {
    const [row] = await query<{ running: boolean; next: number; dispatched: boolean }>(
      `select r.running, r.event_count::integer as next,
         exists (select from ${orderGen}.rebalance_actions a
           where a.rebalance_id = $1 and a.index = ${index} and a.state <> 'PENDING') as dispatched
       from ${orderGen}.rebalances r where r.rebalance_id = $1`,
    );
    if (row?.running !== true) return 'ENDED';
    if (what === 'dispatched') return row.dispatched ? 'PAST' : undefined;
    if (what === 'applied') return row.next > index ? 'PAST' : undefined;
    const [order] = await query<{ state: string }>(
      `select state from ${executor}.orders where rebalance_id = $1 and order_index = ${index}`,
    );
    if (order === undefined) return undefined;
    return what === 'accepted' || order.state === 'SETTLED' ? 'PAST' : undefined;
  };
  return {
    rebalanceId,
    vaultId,
    reaches: async (moment) =>
      (await eventually(() => sight(moment), {
        what: `action ${moment.index} ${moment.what}`,
        timeoutMs: 60_000,
      })) === 'PAST',
    digest: async () => {
      await eventually(
        async () => {
          const [row] = await query<{ running: boolean }>(
            `select running from ${orderGen}.rebalances where rebalance_id = $1`,
          );
          return row?.running === false ? true : undefined;
        },
        { what: 'the end of the rebalance', timeoutMs: 120_000 },
      );
      const outcome = await outcomeOf(query, { orderGen, executor, vaultId });
      return `${outcome.state} ${sha256Hex(canonicalJson(outcome))}`;
    },
  };
}

/** The chain without the hashes that ids go into, the ledger, the holdings and what the venue did. */
async function outcomeOf(
  query: <Row extends pg.QueryResultRow>(sql: string) => Promise<readonly Row[]>,
  names: { readonly orderGen: string; readonly executor: string; readonly vaultId: string },
): Promise<{ readonly [field: string]: JsonValue; readonly state: string }> {
  const { orderGen, executor, vaultId } = names;
  const events = await query<{ document: string }>(
    `select document from ${orderGen}.rebalance_events where rebalance_id = $1 order by sequence`,
  );
  const ledger = await query<Record<string, string>>(
    `select kind, account, asset_id, amount::text from ${orderGen}.ledger_entries
     where rebalance_id = $1 order by sequence`,
  );
  const holdings = await query<Record<string, string>>(
    `select p.asset_id, p.quantity::text, v.cash::text, v.frozen::text
     from ${orderGen}.vault_positions p join ${orderGen}.vaults v on v.vault_id = p.vault_id
     where p.vault_id = '${vaultId}' and $1 <> '' order by p.asset_id`,
  );
  const executed = await query<{ count: string }>(
    `select count(*)::text as count from ${executor}.orders o
     join ${executor}.paper_orders p on p.client_order_id = o.order_id where o.rebalance_id = $1`,
  );
  const [state] = await query<{ state: string; fold: string }>(
    `select state, fold from ${orderGen}.rebalances where rebalance_id = $1`,
  );
  return {
    events: events.map(({ document }) => {
      const event = JSON.parse(document) as Record<string, JsonValue>;
      return Object.fromEntries(Object.entries(event).filter(([field]) => field !== 'previous'));
    }),
    ledger: ledger.map((row) => ({ ...row })),
    holdings: holdings.map((row) => ({ ...row })),
    executed: executed.map((row) => ({ ...row })),
    fold: state?.fold ?? '',
    state: state?.state ?? '',
  };
}
