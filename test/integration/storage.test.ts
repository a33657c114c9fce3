import { DomainFailure } from '@trimtab/core';
import {
  awaitMigrations,
  createDatabase,
  createPartitionLeases,
  enqueue,
  findIdempotent,
  inTransaction,
  migrate,
  requestResend,
  sharedMigrations,
  sql,
  withIdempotency,
  type Database,
  type IdempotencyKey,
  type Migration,
  type SharedTables,
} from '@trimtab/storage';
import { eventually, testDatabase, testDatabaseOptions } from '@trimtab/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

interface Tables extends SharedTables {
  accounts: { account_id: string; balance: string };
}

const ownMigrations: Record<string, Migration> = {
  '0001_accounts': {
    up: async (db) => {
      await sql`create table accounts (account_id text primary key, balance numeric(78, 0) not null)`.execute(
        db,
      );
    },
  },
};

const key: IdempotencyKey = {
  subject: 'owner-1',
  method: 'trimtab.intent.v1.IntentService/CreateIntent',
  requestId: '6f1c2a34-1111-4111-8111-000000000001',
  requestHash: 'aa',
};
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

let database: Database<Tables>;
beforeEach(async () => {
  database = await testDatabase<Tables>('storage');
  await migrate(database, { ...sharedMigrations, ...ownMigrations });
});
afterEach(async () => {
  await database.close();
});

async function accountCount(): Promise<number> {
  return (await database.kysely.selectFrom('accounts').selectAll().execute()).length;
}

describe('migrate', () => {
  it('runs each migration once, also when five replicas start at the same time', async () => {
    const options = testDatabaseOptions('replicas');
    const replicas = Array.from({ length: 5 }, () => createDatabase<Tables>(options));
    let runs = 0;
    const counted: Record<string, Migration> = {
      '0001_counted': {
        up: async (db) => {
          runs += 1;
          await sql`create table counted (id text)`.execute(db);
        },
      },
    };
    await Promise.all(replicas.map((each) => migrate(each, { ...sharedMigrations, ...counted })));
    expect(runs).toBe(1);
    const [first] = replicas;
    await first?.pool.query(`drop schema ${options.schema} cascade`);
    await Promise.all(replicas.map((each) => each.close()));
  });

  it('applies nothing of a set in which one migration fails, and names it', async () => {
    const runs = (statement: string): Migration => ({
      up: async (db) => {
        await sql.raw(statement).execute(db);
      },
    });
    const broken: Record<string, Migration> = {
      '0002_good': runs('create table good (id text)'),
      '0003_bad': runs('create tabel bad (id text)'),
    };
    await expect(
      migrate(database, { ...sharedMigrations, ...ownMigrations, ...broken }),
    ).rejects.toThrow(/0003_bad/);
    const { rows } = await database.pool.query("select to_regclass('good') as found");
    expect(rows).toEqual([{ found: null }]);
  });

  it('starts beside a newer process whose migrations it does not know, and runs its own', async () => {
    const empty: Migration = { up: () => Promise.resolve() };
    const newer = { ...sharedMigrations, ...ownMigrations, '0009_of_a_newer_one': empty };
    await migrate(database, newer);
    let runs = 0;
    const late: Migration = { up: async () => void (runs += 1) };
    await migrate(database, { ...sharedMigrations, ...ownMigrations, '0002_late': late });
    await migrate(database, newer);
    expect(runs).toBe(1);
  });

  it('waits for the tables of a database that is not its own to change', async () => {
    const options = testDatabaseOptions('waiting');
    const [waiting, changing] = [
      createDatabase<Tables>({ ...options, migrates: false, maxConnections: 1 }),
      createDatabase<Tables>({ ...options, maxConnections: 1 }),
    ];
    const events: string[] = [];
    const waited = migrate(waiting, sharedMigrations).then(() => events.push('waited'));
    await migrate(changing, sharedMigrations);
    events.push('changed');
    await waited;
    expect(events).toEqual(['changed', 'waited']);
    await expect(
      awaitMigrations(waiting, { '0009_never': { up: () => Promise.resolve() } }, 0),
    ).rejects.toThrow(/0009_never/);
    await changing.pool.query(`drop schema ${options.schema} cascade`);
    await Promise.all([waiting.close(), changing.close()]);
  });

  it('keeps services apart: the same table name in two schemas is two tables', async () => {
    const other = await testDatabase<Tables>('storage');
    await migrate(other, { ...sharedMigrations, ...ownMigrations });
    await other.kysely.insertInto('accounts').values({ account_id: 'a', balance: '1' }).execute();
    expect(await accountCount()).toBe(0);
    await other.close();
  });
});

describe('a database', () => {
  it('keeps amounts of 78 digits exactly, as strings', async () => {
    const largest = '9'.repeat(78);
    await database.kysely
      .insertInto('accounts')
      .values({ account_id: 'a', balance: largest })
      .execute();
    const [row] = await database.kysely.selectFrom('accounts').select('balance').execute();
    expect(row?.balance).toBe(largest);
  });

  it('refuses a schema name that would have to be quoted', () => {
    const options = testDatabaseOptions('storage');
    expect(() => createDatabase({ ...options, schema: 'a; drop schema b' })).toThrow(/must match/);
  });
});

describe('inTransaction', () => {
  it('rolls back when the work throws', async () => {
    await expect(
      inTransaction(database, async (tx) => {
        await tx.insertInto('accounts').values({ account_id: 'a', balance: '1' }).execute();
        throw new Error('after the insert');
      }),
    ).rejects.toThrow('after the insert');
    expect(await accountCount()).toBe(0);
  });

  it('runs the loser of a deadlock again until both have taken effect', async () => {
    for (const account of ['a', 'b']) {
      await database.kysely
        .insertInto('accounts')
        .values({ account_id: account, balance: '0' })
        .execute();
    }
    const bothHoldOne = barrier(2);
    let attempts = 0;
    const addTo = (first: string, second: string): Promise<void> =>
      inTransaction(database, async (tx) => {
        attempts += 1;
        await sql`update accounts set balance = balance + 1 where account_id = ${first}`.execute(
          tx,
        );
        await bothHoldOne();
        await sql`update accounts set balance = balance + 1 where account_id = ${second}`.execute(
          tx,
        );
      });
    await Promise.all([addTo('a', 'b'), addTo('b', 'a')]);
    const rows = await database.kysely.selectFrom('accounts').select('balance').execute();
    expect(rows.map((row) => row.balance)).toEqual(['2', '2']);
    // One of them lost at least once; on a slow machine the two may meet again.
    expect(attempts).toBeGreaterThan(2);
  });

  it('gives up after five attempts', async () => {
    let attempts = 0;
    await expect(
      inTransaction(database, async (tx) => {
        attempts += 1;
        await sql`do $$ begin raise exception 'no' using errcode = '40001'; end $$`.execute(tx);
      }),
    ).rejects.toThrow('no');
    expect(attempts).toBe(5);
  });

  it('fails when its connection dies between two statements, and the next one gets another', async () => {
    let died: Promise<unknown> = Promise.resolve();
    await expect(
      inTransaction(database, async (tx) => {
        await tx.insertInto('accounts').values({ account_id: 'a', balance: '1' }).execute();
        const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
        // An error that nobody listens for would end the process.
        died = new Promise((resolve) => database.pool.once('remove', resolve));
        await database.pool.query('select pg_terminate_backend($1, 5000)', [rows[0]?.pid]);
        await tx.insertInto('accounts').values({ account_id: 'b', balance: '1' }).execute();
      }),
    ).rejects.toThrow();
    await died;
    expect(await accountCount()).toBe(0);
  });
});

describe('idempotency', () => {
  const create = async (account: string, response: string, using = key) =>
    withIdempotency(database, using, async (tx) => {
      await tx.insertInto('accounts').values({ account_id: account, balance: '1' }).execute();
      return bytes(response);
    });

  it('gives the first response to a repeat without a second effect', async () => {
    const first = await create('a', 'first');
    const second = await create('b', 'second');
    expect(first.replayed).toBe(false);
    expect(second.replayed).toBe(true);
    expect(Buffer.from(second.response).toString()).toBe('first');
    expect(await accountCount()).toBe(1);
  });

  it('gives 20 concurrent twins one effect and one response', async () => {
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => create(`account-${index}`, `response ${index}`)),
    );
    expect(results.filter((result) => !result.replayed)).toHaveLength(1);
    const responses = new Set(results.map(({ response }) => Buffer.from(response).toString()));
    expect(responses.size).toBe(1);
    expect(await accountCount()).toBe(1);
  });

  it('refuses the same request id with another body as REQUEST_ID_REUSED', async () => {
    await create('a', 'first');
    const other = { ...key, requestHash: 'bb' };
    const refused = await create('b', 'second', other).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DomainFailure);
    expect(refused).toMatchObject({
      error: { kind: 'INVALID_ARGUMENT', reason: 'REQUEST_ID_REUSED' },
    });
    await expect(findIdempotent(database, other)).rejects.toThrow(DomainFailure);
    expect(await accountCount()).toBe(1);
  });

  it('stores nothing for a refused request, which may then succeed under the same id', async () => {
    await expect(
      withIdempotency(database, key, async (tx) => {
        await tx.insertInto('accounts').values({ account_id: 'a', balance: '1' }).execute();
        throw new Error('refused');
      }),
    ).rejects.toThrow('refused');
    expect(await findIdempotent(database, key)).toBeUndefined();
    expect(await accountCount()).toBe(0);
    expect((await create('a', 'second try')).replayed).toBe(false);
  });

  it.each([
    ['another caller', { ...key, subject: 'owner-2' }],
    ['another method', { ...key, method: 'trimtab.intent.v1.IntentService/PauseIntent' }],
    ['another request id', { ...key, requestId: '6f1c2a34-1111-4111-8111-000000000002' }],
  ])('takes the key of %s for another request', async (_, other) => {
    await create('a', 'first');
    expect((await create('b', 'second', other)).replayed).toBe(false);
    expect(await accountCount()).toBe(2);
  });

  it('finds the response of a committed request, an empty one included', async () => {
    await create('a', '');
    expect(await findIdempotent(database, key)).toHaveLength(0);
  });
});

describe('the outbox', () => {
  const message = {
    eventId: 'event-1',
    aggregateId: 'rebalance-1',
    partition: 3,
    subject: 'trimtab.orders.v1.dispatch.3.vault-1',
    messageType: 'trimtab.execution.v1.OrderDispatch',
    payload: bytes('payload'),
  };

  it('commits a message together with its effect, or neither', async () => {
    await expect(
      inTransaction(database, async (tx) => {
        await enqueue(tx, [message]);
        throw new Error('the effect failed');
      }),
    ).rejects.toThrow();
    expect(await database.kysely.selectFrom('outbox').selectAll().execute()).toEqual([]);
    await inTransaction(database, async (tx) => {
      await tx.insertInto('accounts').values({ account_id: 'a', balance: '1' }).execute();
      await enqueue(tx, [message, { ...message, eventId: 'event-2', traceparent: '00-a-b-01' }]);
    });
    const rows = await database.kysely.selectFrom('outbox').selectAll().execute();
    expect(rows).toMatchObject([
      { event_id: 'event-1', sent: false, send_count: 0, traceparent: null, partition: 3 },
      { event_id: 'event-2', sent: false, send_count: 0, traceparent: '00-a-b-01' },
    ]);
    expect(Buffer.from(rows[0]?.payload ?? []).toString()).toBe('payload');
  });

  it('refuses a second message with the same event id', async () => {
    await enqueue(database.kysely, [message]);
    await expect(enqueue(database.kysely, [message])).rejects.toMatchObject({ code: '23505' });
  });

  it('marks messages to be sent again and counts them', async () => {
    await enqueue(database.kysely, [message]);
    await database.pool.query('update outbox set sent = true');
    expect(await requestResend(database.kysely, ['event-1', 'unknown'])).toBe(1);
    const stored = () =>
      database.kysely.selectFrom('outbox').select(['sent', 'send_count']).execute();
    expect(await stored()).toEqual([{ sent: false, send_count: 0 }]);
    // It may be out already, unmarked: the next time is another one.
    await requestResend(database.kysely, ['event-1']);
    expect(await stored()).toEqual([{ sent: false, send_count: 1 }]);
  });
});

describe('partition leases', () => {
  it('give a partition to one holder, and to the next when the first has closed', async () => {
    const [first, second] = [createPartitionLeases(database), createPartitionLeases(database)];
    expect(await first.acquire([1, 2])).toEqual([1, 2]);
    expect(await second.acquire([1, 2, 3])).toEqual([3]);
    expect(await first.acquire([1, 2, 3])).toEqual([1, 2]);
    await first.close();
    expect(await second.acquire([1, 2, 3])).toEqual([1, 2, 3]);
    await second.close();
  });

  it('are lost with the connection, known to the holder, and can be taken again', async () => {
    const leases = createPartitionLeases(database);
    await leases.acquire([5]);
    await database.pool.query(
      `select pg_terminate_backend(pid) from pg_locks
       where locktype = 'advisory' and objid = 5 and pid <> pg_backend_pid()
         and classid = (hashtext($1)::bigint & 4294967295)::oid`,
      [`trimtab-relay/${database.schema}`],
    );
    await eventually(() => (leases.held().length === 0 ? true : undefined));
    expect(await leases.acquire([5])).toEqual([5]);
    await leases.close();
  });

  it('of two schemas do not exclude each other', async () => {
    const other = await testDatabase<Tables>('storage');
    const [mine, theirs] = [createPartitionLeases(database), createPartitionLeases(other)];
    expect(await mine.acquire([0])).toEqual([0]);
    expect(await theirs.acquire([0])).toEqual([0]);
    await Promise.all([mine.close(), theirs.close()]);
    await other.close();
  });
});

/** Resolves for all once `count` have arrived; later arrivals pass at once. */
function barrier(count: number): () => Promise<void> {
  let arrived = 0;
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return () => {
    arrived += 1;
    if (arrived >= count) open();
    return opened;
  };
}
