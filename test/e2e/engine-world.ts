import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateIntentFromTemplateRequest,
  IntentConfig,
  IntentConstraints,
  IntentOverrides,
  type Allocation,
  type Collateral,
  type IntentRuntime,
  type IntentType,
  type StrategyIntent,
  type Triggers,
} from '@trimtab/contracts/intent';
import { Observation, Observation_Kind } from '@trimtab/contracts/oracle';
import type { Vault } from '@trimtab/contracts/vault';
import {
  connectClients,
  PUBLISHERS,
  registerRecordedAssets,
  startSuite,
  type Suite,
  type SuiteClients,
} from '@trimtab/cli';
import { instant, present } from '@trimtab/core';
import { composeEngine, engineConfig, type Engine } from '@trimtab/engine';
import { createVirtualClock, systemIds, type VirtualClock } from '@trimtab/lifecycle';
import { silentLogger, type Logger } from '@trimtab/telemetry';
import { eventually, testDatabaseOptions } from '@trimtab/testkit';

/** 2018-04-04T12:00:00Z: four hours after the time of maturities. */
export const START = instant(1_522_843_200_000);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** Prices are published again before they expire. */
const PUBLISH_MILLIS = 20_000;
/** After so long without a price the oracle takes one that is up to three times as high for no jump. */
const JUMP_MILLIS = 20 * MINUTE;
const FREE = '127.0.0.1:0';

/** The services, with an engine that ticks when it is told, on a clock and at prices of the test's. */
export interface EngineWorld {
  readonly suite: Suite;
  readonly clock: VirtualClock;
  readonly owner: SuiteClients;
  /** Ticks whatever is due. */
  engine: Engine;
  /** Another engine on the same services, which knows nothing of the first. */
  newEngine(environment?: Readonly<Record<string, string>>): Engine;
  /** The price of an asset from 20 minutes on. */
  setPrice(assetId: string, price: string): Promise<void>;
  /** Publishes the prices again if they are about to expire. */
  refresh(): Promise<void>;
  /** Lets time pass in one step, and has the engine do what is due then. */
  pass(millis: number): Promise<void>;
  /** The same up to a time. */
  passTo(time: number): Promise<void>;
  /** Lets time pass second by second until the probe gives a value. */
  until<T>(what: string, probe: () => Promise<T | undefined>): Promise<T>;
  create(request: IntentOfTemplate): Promise<StrategyIntent>;
  intent(intentId: string): Promise<StrategyIntent>;
  runtime(intentId: string): Promise<IntentRuntime>;
  vault(vaultId: string): Promise<Vault>;
  end(): Promise<void>;
}

/** What a test declares, over a template. */
export interface IntentOfTemplate {
  readonly type: IntentType;
  readonly collateral: Collateral;
  readonly ticker: string;
  readonly overrides?: {
    readonly config?: Partial<IntentConfig>;
    readonly constraints?: Partial<IntentConstraints>;
  };
  readonly allocation?: Allocation;
  readonly triggers?: Triggers;
}

/** How a world differs from an ordinary one. */
export interface EngineWorldOptions {
  /** Variables of the services and the engine. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly logger?: Logger;
}

export async function startEngineWorld(options: EngineWorldOptions = {}): Promise<EngineWorld> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'trimtab-engine-'));
  const clock = createVirtualClock(START);
  const logger = options.logger ?? silentLogger();
  const suite = await startSuite({
    dataFolder,
    clock,
    logger,
    addresses: { oracle: FREE, solver: FREE, ordergen: FREE, executor: FREE, intent: FREE },
    environment: { PAPER_MAX_SLIPPAGE_BPS: '0', PAPER_FEE_BPS: '0', ...options.environment },
    databaseUrl: testDatabaseOptions('engine').connectionString,
    schemaPrefix: `engine_${randomBytes(4).toString('hex')}_`,
  });
  const operator = connectClients(suite, 'operator', ['admin', 'price:write']);
  const owner = connectClients(suite, 'treasurer', ['intent:write', 'rebalance:write']);
  await registerRecordedAssets(operator);
  const market = startMarket(suite, clock);
  const engines: Engine[] = [];
  const newEngine = (environment: Readonly<Record<string, string>> = {}): Engine => {
    const config = engineConfig({ ...environmentOf(suite, options), ...environment });
    const engine = composeEngine(config, {
      clock,
      ids: systemIds,
      tokenIssuer: suite.tokenIssuer,
      logger,
    });
    engines.push(engine);
    return engine;
  };
  const pass = async (millis: number): Promise<void> => {
    clock.advanceMillis(millis);
    await market.keepFresh();
    await world.engine.runDue();
  };
  const intent = async (intentId: string): Promise<StrategyIntent> => {
    const answer = await owner.intent.getIntent({ intentId });
    return present(answer.intent, 'GetIntent answers an intent');
  };
  const world: EngineWorld = {
    suite,
    clock,
    owner,
    engine: newEngine(),
    newEngine,
    setPrice: market.setPrice,
    refresh: market.keepFresh,
    pass,
    passTo: (time) => pass(time - clock.now()),
    until: (what, probe) =>
      eventually(
        async () => {
          await pass(1_000);
          return probe();
        },
        { what, timeoutMs: 30_000 },
      ),
    create: async (request) => {
      const { type, collateral, ticker, allocation, triggers } = request;
      const { config, constraints } = request.overrides ?? {};
      const none = CreateIntentFromTemplateRequest.fromPartial({});
      const answer = await owner.intent.createIntentFromTemplate({
        ...none,
        ...{ requestId: randomUUID(), type, collateral, ticker, allocation, triggers },
        overrides: {
          ...IntentOverrides.fromPartial({}),
          config: config && { ...IntentConfig.fromPartial({}), ...config },
          constraints: constraints && { ...IntentConstraints.fromPartial({}), ...constraints },
        },
      });
      return present(answer.intent, 'CreateIntentFromTemplate answers an intent');
    },
    intent,
    runtime: async (intentId) =>
      present((await intent(intentId)).runtime, 'an intent has a runtime'),
    vault: async (vaultId) =>
      present((await owner.vaults.getVault({ vaultId })).vault, 'GetVault answers a vault'),
    end: async () => {
      for (const engine of engines) await engine.stop();
      for (const connection of [operator, owner, market]) connection.close();
      for (const database of Object.values(suite.databases)) {
        await database.pool.query(`drop schema if exists ${database.schema} cascade`);
      }
      await suite.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
  return world;
}

/** What an engine of the suite is configured with. */
export function environmentOf(
  { addresses }: Suite,
  { environment }: EngineWorldOptions = {},
): Record<string, string> {
  return {
    GRPC_ADDRESS: FREE,
    INTENT_ADDRESS: addresses.intent,
    ORACLE_ADDRESS: addresses.oracle,
    SOLVER_ADDRESS: addresses.solver,
    ORDERGEN_ADDRESS: addresses.ordergen,
    ...environment,
  };
}

/** Publishers that agree on what the test says. */
function startMarket(suite: Suite, clock: VirtualClock) {
  const prices = new Map<string, string>();
  const publishers = Object.values(PUBLISHERS).map((publisher) =>
    connectClients(suite, publisher, ['price:write']),
  );
  let publishTime = 0;
  const publish = async (): Promise<void> => {
    publishTime = clock.now();
    const observations = [...prices].map(([assetId, priceDecimal]) =>
      Observation.fromPartial({
        kind: Observation_Kind.KIND_PRICE,
        assetId,
        priceDecimal,
        observeTime: new Date(publishTime),
        sequence: BigInt(publishTime),
      }),
    );
    if (observations.length === 0) return;
    for (const publisher of publishers) {
      const { refusals } = await publisher.oracle.submitObservations({
        observations,
        requestId: '',
      });
      if (refusals.length > 0) throw new Error(JSON.stringify(refusals));
    }
  };
  return {
    setPrice: async (assetId: string, price: string): Promise<void> => {
      prices.set(assetId, price);
      clock.advanceMillis(JUMP_MILLIS);
      await publish();
    },
    keepFresh: async (): Promise<void> => {
      if (clock.now() - publishTime >= PUBLISH_MILLIS) await publish();
    },
    close: () => {
      for (const publisher of publishers) publisher.close();
    },
  };
}
