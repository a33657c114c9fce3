import { randomUUID } from 'node:crypto';
import { Allocation, IntentType } from '@trimtab/contracts/intent';
import { Observation_Kind as ObservationKind } from '@trimtab/contracts/oracle';
import {
  AdapterKind,
  LiquidityProfile,
  Policy,
  Strategy,
  StrategySnapshot,
  Strategy_State as StrategyState,
} from '@trimtab/contracts/solver';
import type { Clock } from '@trimtab/core';
import type { Output } from '../output.js';
import type { Suite } from '../suite/suite.js';
import { connectClients, type SuiteClients } from './clients.js';
import { registerAsset } from './market.js';
import { readPools, type Pool } from './pools.js';
import { openVault, tellStory, type StoryReport } from './story.js';

/** Shares of pools are priced at par by two publishers: the file has yields and no share prices. */
const PAR_PUBLISHERS = ['pool-registry-a', 'pool-registry-b'];
const SHARE_DECIMALS = 6;
const POLICY_ID = 'balanced';

const LIQUIDITY: Readonly<Record<Pool['liquidity'], LiquidityProfile>> = {
  INSTANT: LiquidityProfile.LIQUIDITY_PROFILE_INSTANT,
  SAME_DAY: LiquidityProfile.LIQUIDITY_PROFILE_SAME_DAY,
  BATCHED: LiquidityProfile.LIQUIDITY_PROFILE_BATCHED,
};

/** Who tells the second story, and when. */
export interface SolverStory {
  readonly suite: Pick<Suite, 'addresses' | 'tokenIssuer'>;
  readonly clock: Clock;
  readonly operator: SuiteClients;
  readonly owner: SuiteClients;
}

/** Second story: the solver allocates a million in cash over the real pools, and a buy fails. */
export async function tellSolverStory(story: SolverStory, output: Output): Promise<StoryReport> {
  const pools = readPools();
  await registerPools(story, pools);
  const vaultId = await openVault(story.owner, [['USDC', 1_000_000_000_000n]]);
  const allocation = Allocation.fromPartial({
    kind: {
      $case: 'solver',
      value: {
        policyId: POLICY_ID,
        allowedStrategies: pools.map((pool) => pool.strategyId).sort(),
      },
    },
  });
  const decimals = new Map(pools.map((pool) => [pool.assetId, SHARE_DECIMALS]));
  return tellStory(
    { owner: story.owner, vaultId, type: IntentType.INTENT_TYPE_YIELD, allocation, decimals },
    output,
  );
}

async function registerPools(story: SolverStory, pools: readonly Pool[]): Promise<void> {
  const { operator, clock, suite } = story;
  for (const pool of pools) {
    await registerAsset(operator, pool.assetId, SHARE_DECIMALS, PAR_PUBLISHERS);
    await operator.solver.upsertStrategy({
      requestId: randomUUID(),
      strategy: Strategy.fromPartial({
        strategyId: pool.strategyId,
        assetId: pool.assetId,
        protocol: pool.protocol,
        state: StrategyState.STATE_ACTIVE,
        exotic: pool.exotic,
        strategyCapBps: 3000,
        adapterKind: AdapterKind.ADAPTER_KIND_STATIC,
      }),
    });
  }
  await operator.solver.submitStrategySnapshots({
    requestId: randomUUID(),
    snapshots: pools.map((pool) => toSnapshot(pool, clock)),
  });
  await operator.solver.upsertPolicy({
    requestId: randomUUID(),
    policy: Policy.fromPartial({
      policyId: POLICY_ID,
      minLiquidReserveBps: 500,
      strategyCapBps: 2500,
      defaultProtocolCapBps: 3500,
      exoticCapBps: 2000,
      marginFiCapBps: 0,
      minRebalanceDeltaBps: 100,
    }),
  });
  await publishPar(suite, clock, pools);
}

function toSnapshot(pool: Pool, clock: Clock): StrategySnapshot {
  return StrategySnapshot.fromPartial({
    strategyId: pool.strategyId,
    grossApyBps: pool.grossApyBps,
    riskScoreBps: pool.riskScoreBps,
    liquidityProfile: LIQUIDITY[pool.liquidity],
    withdrawalDelayHours: pool.withdrawalDelayHours,
    operationalComplexityBps: pool.operationalComplexityBps,
    oracleHealthy: true,
    protocolHealthy: true,
    withdrawalsHealthy: true,
    observeTime: new Date(clock.now()),
  });
}

async function publishPar(
  suite: SolverStory['suite'],
  clock: Clock,
  pools: readonly Pool[],
): Promise<void> {
  for (const publisher of PAR_PUBLISHERS) {
    const client = connectClients(suite, publisher, ['price:write']);
    await client.oracle.submitObservations({
      requestId: '',
      observations: pools.map((pool) => ({
        publisher: '',
        kind: ObservationKind.KIND_PRICE,
        assetId: pool.assetId,
        priceDecimal: '1',
        bidDecimal: '',
        askDecimal: '',
        confidenceDecimal: '',
        observeTime: new Date(clock.now()),
        sequence: BigInt(clock.now()),
      })),
    });
    client.close();
  }
}
