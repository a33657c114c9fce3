import type { Dependency } from '@trimtab/lifecycle';
import pg from 'pg';
import type { SqlDatabase } from './database.js';

const CONNECT_LIMIT_MS = 1000;

/**
 * The database as what a service depends on. A pool whose connections are all at work says nothing about
 * the server: it is asked over one more connection then.
 */
export function databaseDependency({ pool, clientConfig }: SqlDatabase): Dependency {
  return {
    name: 'database',
    isUp: async () => {
      if (pool.idleCount > 0 || pool.totalCount < pool.options.max) {
        await pool.query('select 1');
        return true;
      }
      const client = new pg.Client({ ...clientConfig, connectionTimeoutMillis: CONNECT_LIMIT_MS });
      client.on('error', () => undefined);
      await client.connect();
      await client.end();
      return true;
    },
  };
}
