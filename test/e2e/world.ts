import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  connectClients,
  createPriceReplay,
  firstPriceTime,
  registerRecordedAssets,
  startSuite,
  type Output,
  type PriceReplay,
  type Suite,
  type SuiteClients,
} from '@trimtab/cli';
import { createVirtualClock, type VirtualClock } from '@trimtab/lifecycle';
import { silentLogger, type Logger } from '@trimtab/telemetry';
import { testDatabaseOptions, testNatsUrl, testSubjectPrefix } from '@trimtab/testkit';

/** The buses every story is told over. */
export const BUSES = ['in-process', 'JetStream'] as const;

/** One of {@link BUSES}. */
export type BusKind = (typeof BUSES)[number];

/** A whole suite on a private schema, with recorded prices played into it. */
export interface World {
  readonly suite: Suite;
  readonly clock: VirtualClock;
  readonly operator: SuiteClients;
  readonly owner: SuiteClients;
  readonly prices: PriceReplay;
  /** What the stories print. */
  readonly output: Output & { readonly lines: readonly string[] };
  end(): Promise<void>;
}

/** How a world differs from an ordinary one. */
export interface WorldOptions {
  readonly bus: BusKind;
  /** Lines of the paper venue's script. */
  readonly script?: readonly unknown[];
  readonly playedMinutes?: number;
  /** Whether the REST gateway is started too. */
  readonly gateway?: boolean;
  /** Where the services log; nowhere unless given. */
  readonly logger?: Logger;
}

const FREE = '127.0.0.1:0';

/** Starts a world; `end` stops everything that it started. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'trimtab-e2e-'));
  const clock = createVirtualClock(firstPriceTime());
  const { connectionString } = testDatabaseOptions('e2e');
  const suite = await startSuite({
    dataFolder,
    clock,
    logger: options.logger ?? silentLogger(),
    addresses: { oracle: FREE, solver: FREE, ordergen: FREE, executor: FREE, intent: FREE },
    ...(options.gateway === true && { gatewayAddress: FREE }),
    // Slippage is drawn per order id; without it the same story ends in the same numbers.
    environment: {
      PAPER_SCRIPT: JSON.stringify(options.script ?? []),
      PAPER_MAX_SLIPPAGE_BPS: '0',
    },
    databaseUrl: connectionString,
    schemaPrefix: `e2e_${randomBytes(4).toString('hex')}_`,
    ...(options.bus === 'JetStream'
      ? { natsUrl: testNatsUrl() ?? '', subjectPrefix: testSubjectPrefix() }
      : {}),
  });
  const operator = connectClients(suite, 'operator', ['admin', 'plan:write', 'price:write']);
  const owner = connectClients(suite, 'treasurer', ['intent:write', 'rebalance:write']);
  await registerRecordedAssets(operator);
  const prices = createPriceReplay(suite, clock);
  await prices.playMinutes(options.playedMinutes ?? 30);
  const lines: string[] = [];
  return {
    suite,
    clock,
    operator,
    owner,
    prices,
    output: { json: false, lines, line: (text) => lines.push(text) },
    end: async () => {
      for (const connection of [operator, owner, prices]) connection.close();
      for (const database of Object.values(suite.databases)) {
        await database.pool.query(`drop schema if exists ${database.schema} cascade`);
      }
      await suite.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
