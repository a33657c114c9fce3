import type { SqlDatabase } from '@trimtab/storage';
import { METRICS, observe } from '@trimtab/telemetry';

/** Observes what waits in the outbox and the inbox of a schema until the returned function is called. */
export function observeQueues(database: SqlDatabase): () => void {
  const attributes = { 'db.namespace': database.schema };
  const read = async (text: string): Promise<number> => {
    const { rows } = await database.pool.query<{ value: number }>(text);
    return rows[0]?.value ?? 0;
  };
  const gauge = (text: string) => async () => [{ value: await read(text), attributes }];
  const stops = [
    observe(
      METRICS.outboxAge,
      gauge(`select coalesce(extract(epoch from now() - min(enqueue_time)), 0)::float8 as value
        from outbox where not sent`),
    ),
    observe(
      METRICS.outboxWaiting,
      gauge('select count(*)::integer as value from outbox where not sent'),
    ),
    observe(
      METRICS.inboxWaiting,
      gauge(`select count(*)::integer as value from inbox where state = 'WAITING'`),
    ),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
