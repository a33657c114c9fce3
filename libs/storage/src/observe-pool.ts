import { METRICS, observe } from '@trimtab/telemetry';
import type pg from 'pg';

/** Observes the connections of a pool until the returned function is called. */
export function observePool(pool: pg.Pool, schema: string): () => void {
  const attributes = { 'db.client.connection.pool.name': schema };
  const state = 'db.client.connection.state';
  const stops = [
    observe(METRICS.databaseConnections, () => [
      { value: pool.idleCount, attributes: { ...attributes, [state]: 'idle' } },
      { value: pool.totalCount - pool.idleCount, attributes: { ...attributes, [state]: 'used' } },
    ]),
    observe(METRICS.databasePending, () => [{ value: pool.waitingCount, attributes }]),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
