import type { CreateIntentRequest } from '@trimtab/contracts/intent';
import {
  Allocation,
  CreateIntentFromTemplateRequest,
  IntentServiceService,
  IntentType,
  NotificationChannel,
  RollStrategy,
  StrategyIntent,
} from '@trimtab/contracts/intent';
import { Side } from '@trimtab/contracts/portfolio';
import { DomainFailure, type DomainError } from '@trimtab/core';
import { createUserClient, type ServiceClient } from '@trimtab/grpc';
import { composeIntent, intentConfig, type IntentTables } from '@trimtab/intent';
import { createVirtualClock, systemIds, type VirtualClock } from '@trimtab/lifecycle';
import { createInProcessBus } from '@trimtab/messaging';
import type { Database } from '@trimtab/storage';
import { silentLogger, type Logger } from '@trimtab/telemetry';
import { testAuth, testDatabase } from '@trimtab/testkit';
import { createFakeWorld, NOW, type FakeWorld } from './intent-fakes.js';

export * from './intent-fakes.js';

export type IntentClient = ServiceClient<typeof IntentServiceService>;

/** An intent service on a schema of its own, with fakes around it. */
export interface IntentWorld {
  readonly fake: FakeWorld;
  readonly clock: VirtualClock;
  readonly database: Database<IntentTables>;
  readonly address: string;
  clientOf(subject: string, ...scopes: readonly string[]): Promise<IntentClient>;
  tokenOf(subject: string, ...scopes: readonly string[]): Promise<string>;
  rowCount(table: 'intents' | 'runs' | 'idempotency_keys'): Promise<number>;
  close(): Promise<void>;
}

/** What a world has of its own. */
export interface IntentWorldOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly logger?: Logger;
  /** Another process of the same service: its database and its time. */
  readonly beside?: IntentWorld;
}

export async function startIntentWorld(options: IntentWorldOptions = {}): Promise<IntentWorld> {
  const { environment = {}, logger = silentLogger(), beside } = options;
  const auth = await testAuth();
  const database = beside?.database ?? (await testDatabase<IntentTables>('intent'));
  const clock = beside?.clock ?? createVirtualClock(NOW);
  const fake = createFakeWorld(() => clock.now());
  const config = intentConfig({
    GRPC_ADDRESS: '127.0.0.1:0',
    DATABASE_URL: 'postgres://the-test-passes-its-own',
    REFLECTION: 'off',
    DRAIN_TIMEOUT_MILLIS: '1000',
    ...environment,
  });
  const service = composeIntent(config, {
    clock,
    ids: systemIds,
    database,
    authenticator: auth.authenticator,
    tokenIssuer: auth.issuer,
    logger,
    bus: createInProcessBus({ logger }),
    services: fake.services,
  });
  await service.start();
  const clients: IntentClient[] = [];
  return {
    fake,
    clock,
    database,
    address: service.address,
    clientOf: async (subject, ...scopes) => {
      const client = createUserClient({
        definition: IntentServiceService,
        address: service.address,
        token: await auth.token(subject, scopes),
      });
      clients.push(client);
      return client;
    },
    tokenOf: (subject, ...scopes) => auth.token(subject, scopes),
    rowCount: async (table) => {
      const { rows } = await database.pool.query<{ count: string }>(
        `select count(*) as count from ${table}`,
      );
      return parseInt(rows[0]?.count ?? '', 10);
    },
    close: async () => {
      for (const client of clients) client.close();
      await service.stop();
      if (beside === undefined) await database.close();
    },
  };
}

/** The treasury template as a whole intent: valid, without warnings. */
export function wireIntent(changes: Partial<StrategyIntent> = {}): StrategyIntent {
  return {
    ...StrategyIntent.fromPartial({
      type: IntentType.INTENT_TYPE_TREASURY,
      collateral: { assetId: 'USDC', amountDecimal: '10000.5' },
      ticker: 'BTC/USDC',
      config: {
        strikeRatioDecimal: '0.5',
        maturityDays: 30,
        rebalanceThresholdDecimal: '1.5',
        autoRoll: true,
        rollStrategy: RollStrategy.ROLL_STRATEGY_STANDARD,
      },
      constraints: {
        maxAnnualDriftBps: 200,
        maxSlippagePerRollBps: 10,
        maxCapitalDecimal: '50000',
        stopLossDriftBps: 500,
      },
      notifications: {
        onRoll: true,
        onThresholdBreach: true,
        onStopLoss: true,
        channels: [NotificationChannel.NOTIFICATION_CHANNEL_INAPP],
      },
    }),
    ...changes,
  };
}

export function createRequest(
  requestId: string,
  changes: Partial<StrategyIntent> = {},
): CreateIntentRequest {
  return { requestId, intent: wireIntent(changes) };
}

export function templateRequest(
  requestId: string,
  changes: Partial<CreateIntentFromTemplateRequest> = {},
): CreateIntentFromTemplateRequest {
  return {
    ...CreateIntentFromTemplateRequest.fromPartial({
      requestId,
      type: IntentType.INTENT_TYPE_YIELD,
      collateral: { assetId: 'USDC', amountDecimal: '100' },
      ticker: 'BTC/USDC',
    }),
    ...changes,
  };
}

/** 60 % BTC and 40 % ETH. */
export const WEIGHTS: Allocation = Allocation.fromPartial({
  kind: {
    $case: 'targetWeights',
    value: {
      targets: [
        { assetId: 'BTC', side: Side.SIDE_LONG, weightBps: 6000 },
        { assetId: 'ETH', side: Side.SIDE_LONG, weightBps: 4000 },
      ],
    },
  },
});

export const SOLVER: Allocation = Allocation.fromPartial({
  kind: {
    $case: 'solver',
    value: { policyId: 'balanced', allowedStrategies: ['aave-usdc', 'kamino', 'sick'] },
  },
});

/** The refusal of a call; throws when the call went through. */
export async function refusalOf(call: Promise<unknown>): Promise<DomainError> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof DomainFailure)) {
    throw new Error('the call was not refused', { cause: outcome });
  }
  return outcome.error;
}

/** The token of a lease on the position monitor of an intent, as a claim would give it. */
export async function leaseOn({ database }: IntentWorld, intentId: string): Promise<bigint> {
  const { rows } = await database.pool.query<{ lease_token: string }>(
    `update due_work set lease_token = nextval('lease_tokens'), engine_id = 'engine-1'
     where work_id = $1 returning lease_token`,
    [`POSITION_MONITOR/${intentId}`],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`intent ${intentId} has no work`);
  return BigInt(row.lease_token);
}
