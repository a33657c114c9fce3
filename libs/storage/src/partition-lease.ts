import pg from 'pg';
import type { SqlDatabase } from './database.js';

/** Leases of one process on the partitions of one schema, by advisory locks of one connection. */
export interface PartitionLeases {
  /**
   * Takes the lease of a partition unless another process has it; true when it is held now.
   * Opens the connection when there is none. @throws when the database cannot be reached
   */
  tryAcquire(partition: number): Promise<boolean>;
  /** The partitions held now; empty as soon as the connection is known to be lost. */
  held(): readonly number[];
  /** Gives all leases back. Idempotent. */
  close(): Promise<void>;
}

interface Session {
  readonly client: pg.Client;
  readonly partitions: Set<number>;
}

/**
 * Leases that need no clock: PostgreSQL releases an advisory lock when the connection of its holder
 * ends, so a killed relay's partitions are free at once, and a slow one keeps them. A holder cut off
 * from the database may publish one more batch; consumers recognise the repeats.
 */
export function createPartitionLeases(database: SqlDatabase): PartitionLeases {
  let session: Promise<Session> | undefined;
  let current: Session | undefined;
  let closed = false;

  const drop = (lost: Session): void => {
    if (current !== lost) return;
    current = undefined;
    session = undefined;
  };

  const open = async (): Promise<Session> => {
    const client = new pg.Client(database.clientConfig);
    const opened: Session = { client, partitions: new Set() };
    client.on('error', () => drop(opened));
    client.on('end', () => drop(opened));
    await client.connect();
    current = opened;
    return opened;
  };

  return {
    tryAcquire: async (partition) => {
      if (closed) return false;
      session ??= open().catch((error: unknown) => {
        session = undefined;
        throw error;
      });
      const { client, partitions } = await session;
      if (partitions.has(partition)) return true;
      const { rows } = await client.query<{ acquired: boolean }>(
        'select pg_try_advisory_lock(hashtext($1), $2::int) as acquired',
        [`trimtab-relay/${database.schema}`, partition],
      );
      if (rows[0]?.acquired === true) partitions.add(partition);
      return partitions.has(partition);
    },
    held: () => [...(current?.partitions ?? [])],
    close: async () => {
      closed = true;
      const last = current;
      current = undefined;
      await last?.client.end();
    },
  };
}
