import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OracleServiceService } from '@trimtab/contracts/oracle';
import { OrderGenServiceService } from '@trimtab/contracts/ordergen';
import { VaultServiceService } from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import {
  createTokenIssuer,
  createUserClient,
  ensureDevelopmentKeys,
  type ServiceClient,
} from '@trimtab/grpc';
import { freePorts, startNatsServer, startPrivatePostgres } from '@trimtab/testkit';
import pg from 'pg';
import { runOf, type Run } from './crash-run.js';
import { begin, SCRIPT, type Story } from './crash-stories.js';
import { PUBLISHERS, publish, registerAssets, snapshotOf } from './crash-world.js';
import { startProcess, type ServiceProcess } from './service-process.js';

/** Oracle and executor as processes, and two places for an OrderGen each, both known to everybody. */
export interface UpgradeWorld {
  /** Starts an OrderGen built in a folder at one of the places. */
  startOrderGen(place: 0 | 1, folder: string): Promise<ServiceProcess>;
  /** Creates the rebalance of a story on a new vault, at whichever OrderGen answers. */
  start(story: Story): Promise<Run>;
  /** A rebalance that was there before. */
  look(rebalanceId: string, vaultId: string): Run;
  /** Folds a rebalance again from its stored events, and says whether every hash is the same. */
  replays(rebalanceId: string): Promise<boolean>;
  /** Runs a statement in the schema of OrderGen. */
  change(statement: string): Promise<void>;
  end(): Promise<void>;
}

/** A database that stays, and the names of its schemas. */
export interface GivenDatabase {
  readonly connectionString: string;
  readonly prefix: string;
  /** Whether the assets of the stories are registered there. */
  readonly restored: boolean;
}

/** Starts all but OrderGen, on a database of its own or on a given one. */
export async function startUpgradeWorld(given?: GivenDatabase): Promise<UpgradeWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'trimtab-upgrade-'));
  const nats = await startNatsServer();
  const postgres = given === undefined ? await startPrivatePostgres() : undefined;
  const { connectionString } = present(given ?? postgres, 'there is a database');
  const prefix = given?.prefix ?? `upgrade_${randomBytes(4).toString('hex')}`;
  const keys = await ensureDevelopmentKeys(folder);
  const places = (await freePorts(2)).map((port) => `127.0.0.1:${port}`);
  const environment = {
    DATABASE_URL: connectionString,
    NATS_URL: nats.url,
    AUTH_JWKS_FILE: keys.jwksFile,
    SERVICE_PRIVATE_KEY_FILE: keys.privateKeyFile,
    REDISPATCH_AFTER_MILLIS: '400',
    CLOCK_POLL_MILLIS: '50',
    PAPER_SCRIPT: JSON.stringify(SCRIPT),
    PAPER_MAX_SLIPPAGE_BPS: '0',
    METRICS_ADDRESS: 'off',
    ORDERGEN_ADDRESS: places.join(),
  };
  const running: ServiceProcess[] = [];
  const launch = async (
    service: string,
    address: string,
    more: Readonly<Record<string, string>>,
    from: string,
  ): Promise<ServiceProcess> => {
    const own = { GRPC_ADDRESS: address, DATABASE_SCHEMA: `${prefix}_${service}` };
    const started = await startProcess(service, { ...environment, ...own, ...more }, from);
    running.push(started);
    return started;
  };
  const oracle = await launch('oracle', '127.0.0.1:0', {}, '.');
  const known = { ORACLE_ADDRESS: oracle.address };
  await launch('executor', '127.0.0.1:0', known, '.');
  const pool = new pg.Pool({ connectionString, max: 2 });
  const issuer = createTokenIssuer({
    key: { file: keys.privateKeyFile },
    issuer: 'trimtab-development',
    audience: 'trimtab',
  });
  const open: { close(): void }[] = [];
  const client = <Definition extends Parameters<typeof createUserClient>[0]['definition']>(
    definition: Definition,
    address: string,
    ...[subject, ...scopes]: readonly [string, ...(readonly string[])]
  ): ServiceClient<Definition> => {
    const token = (): Promise<string> => issuer.issue({ subject, scopes });
    const made = createUserClient({ definition, address, token });
    open.push(made);
    return made;
  };
  const operator = client(OracleServiceService, oracle.address, 'operator', 'admin');
  if (given?.restored !== true) await registerAssets(operator);
  for (const publisher of PUBLISHERS) {
    await publish(client(OracleServiceService, oracle.address, publisher, 'price:write'));
  }
  const both = `ipv4:${places.join()}`;
  const vaults = client(VaultServiceService, both, 'owner', 'rebalance:write');
  const orderGen = client(OrderGenServiceService, both, 'owner', 'rebalance:write');
  const look = (rebalanceId: string, vaultId: string): Run =>
    runOf(pool, prefix, rebalanceId, vaultId);
  return {
    startOrderGen: (place, from) => launch('ordergen', places[place] ?? '', known, from),
    start: async (story) => {
      const snapshotHash = await snapshotOf(operator);
      const ended = (rebalanceId: string, vaultId: string): Promise<unknown> =>
        look(rebalanceId, vaultId).digest();
      const begun = await begin({ vaults, orderGen, snapshotHash, ended }, story);
      return look(begun.rebalanceId, begun.vaultId);
    },
    look,
    replays: async (rebalanceId) => (await orderGen.replayRebalance({ rebalanceId })).equal,
    change: async (statement) => {
      await pool.query(`set search_path to ${prefix}_ordergen; ${statement}`);
    },
    end: async () => {
      for (const one of open) one.close();
      for (const one of running) await one.end('SIGKILL');
      await pool.end();
      await nats.dispose();
      await postgres?.dispose();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
