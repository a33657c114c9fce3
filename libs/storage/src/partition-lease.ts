import pg from 'pg';
import type { SqlDatabase } from './database.js';

/** Leases of one process on the partitions of one schema, by advisory locks of one connection. */
export interface PartitionLeases {
  /**
   * Takes the leases that no other process has and returns those of `partitions` that are held now.
   * Opens the connection when there is none. @throws when the database cannot be reached
   */
  acquire(partitions: readonly number[]): Promise<readonly number[]>;
  /** The partitions held now; empty as soon as the connection is known to be lost. */
  held(): readonly number[];
  /** Gives all leases back. Idempotent. */
  close(): Promise<void>;
}

/** One channel of a database for all schemas; the payload names the schema. */
const CHANNEL = 'trimtab_outbox';

/**
 * Tells whoever holds leases of a schema that rows for them were committed elsewhere. Heard by those that
 * gave `createPartitionLeases` an ear; lost when nobody listens, so holders look by themselves as well.
 */
export async function announceRows({ pool, schema }: SqlDatabase): Promise<void> {
  await pool.query('select pg_notify($1, $2)', [CHANNEL, schema]);
}

interface Session {
  readonly client: pg.Client;
  readonly partitions: Set<number>;
}

/**
 * Leases that need no clock: PostgreSQL releases an advisory lock when the connection of its holder
 * ends, so a killed relay's partitions are free at once, and a slow one keeps them. A holder cut off
 * from the database may publish one more batch; consumers recognise the repeats. `onRows` is called when
 * another process announces rows of the schema.
 */
export function createPartitionLeases(database: SqlDatabase, onRows?: () => void): PartitionLeases {
  let opening: Promise<Session> | undefined;
  let current: Session | undefined;
  let closed = false;

  const forget = (lost: Session): void => {
    if (current !== lost) return;
    current = undefined;
    opening = undefined;
  };

  const open = async (): Promise<Session> => {
    const client = new pg.Client(database.clientConfig);
    const session: Session = { client, partitions: new Set() };
    client.on('error', () => forget(session));
    client.on('end', () => forget(session));
    client.on('notification', ({ payload }) => {
      if (payload === database.schema) onRows?.();
    });
    try {
      await client.connect();
      if (onRows !== undefined) await client.query(`listen ${CHANNEL}`);
    } catch (error) {
      opening = undefined;
      throw error;
    }
    current = session;
    return session;
  };

  return {
    acquire: async (partitions) => {
      if (closed) return [];
      const session = await (opening ??= open());
      const wanted = partitions.filter((partition) => !session.partitions.has(partition));
      if (wanted.length > 0) {
        const { rows } = await session.client.query<{ partition: number; acquired: boolean }>(
          `select partition, pg_try_advisory_lock(hashtext($1), partition) as acquired
           from unnest($2::int[]) as partition`,
          [`trimtab-relay/${database.schema}`, wanted],
        );
        for (const row of rows) if (row.acquired) session.partitions.add(row.partition);
      }
      return partitions.filter((partition) => current?.partitions.has(partition) === true);
    },
    held: () => [...(current?.partitions ?? [])],
    close: async () => {
      closed = true;
      const session = await opening?.catch(() => undefined);
      if (session !== undefined) forget(session);
      await session?.client.end();
    },
  };
}
