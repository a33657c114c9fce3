import { readFileSync } from 'node:fs';
import { formatDecimal, halfUpDiv, parseDecimal, safeNumber } from '@trimtab/decimal';
import type { LiquidityProfile, StrategyInput } from '@trimtab/solver/domain';

/**
 * The 30 real pools of test/fixtures/yields as strategies. Yield and size are facts of the file; what it
 * does not say follows from them by the stated rules below, the same for every pool.
 */

/** A line of the file. */
interface Pool {
  readonly address: string;
  readonly project: string;
  readonly protocol: string;
  readonly assets: readonly string[];
  readonly apyPct: string;
  readonly rewardPct: string;
  readonly tvlUsd: bigint;
}

/** Every pool as a strategy with a snapshot, in the order of the file. */
export function realPools(): readonly StrategyInput[] {
  const url = new URL('../../fixtures/yields/ethereum-pools.csv', import.meta.url);
  const [, ...lines] = readFileSync(url, 'utf8').trim().split('\n');
  const pools = lines.map(toPool);
  return pools.map((pool) => toStrategy(pool, pools));
}

function toPool(line: string): Pool {
  const [
    address = '',
    project = '',
    protocol = '',
    assets = '',
    apyPct = '',
    ,
    rewardPct = '',
    tvl = '',
  ] = line.split(',');
  return {
    address,
    project,
    protocol,
    assets: assets.split('+'),
    apyPct,
    rewardPct,
    tvlUsd: BigInt(tvl),
  };
}

function toStrategy(pool: Pool, pools: readonly Pool[]): StrategyInput {
  const strategyId = [pool.protocol, ...pool.assets].join('-').toLowerCase();
  const isMixed = pool.assets.length > 1;
  const isRewarded = pool.rewardPct !== '0';
  const siblings = pools.filter(({ project }) => project === pool.project).length;
  return {
    strategy: {
      strategyId,
      assetId: strategyId.toUpperCase(),
      protocol: pool.project,
      state: 'ACTIVE',
      exotic: isRewarded,
      canary: false,
      strategyCapBps: 10_000,
      adapterKind: 'STATIC',
      grossApySources: [`https://etherscan.io/address/${pool.address}`],
      version: 1,
    },
    snapshot: {
      grossApyBps: percentToBps(pool.apyPct),
      feeBps: 0,
      borrowCostBps: 0,
      // 5 for one asset, and 5 more for each further one that has to be bought.
      slippageBps: 5 * pool.assets.length,
      riskScoreBps: riskOf(pool.tvlUsd) + (isRewarded ? 100 : 0),
      ...liquidityOf(pool.protocol, isMixed),
      // 100 for each pool of the same project in the file, this one included.
      protocolConcentrationBps: 100 * siblings,
      // 10 for each asset, and 20 for rewards that have to be claimed and sold.
      operationalComplexityBps: 10 * pool.assets.length + (isRewarded ? 20 : 0),
      oracleHealthy: true,
      protocolHealthy: true,
      withdrawalsHealthy: true,
      envelopes: [],
      version: 1,
    },
  };
}

/** `halfUp(percent · 100)`, of the text and never of a float. */
function percentToBps(percent: string): number {
  const parsed = parseDecimal(percent);
  if (!parsed.ok) throw new Error(`${percent}: ${parsed.error}`);
  const { digits, scale } = parsed.value;
  if (formatDecimal(parsed.value) !== percent) throw new Error(`${percent} is not canonical`);
  return safeNumber(halfUpDiv(digits * 100n, 10n ** BigInt(scale)));
}

/** Small pools are risky: 50 from a billion, 100 from a hundred million, 200 from ten, 400 below. */
function riskOf(tvlUsd: bigint): number {
  if (tvlUsd >= 1_000_000_000n) return 50;
  if (tvlUsd >= 100_000_000n) return 100;
  return tvlUsd >= 10_000_000n ? 200 : 400;
}

/** Staked ether waits for an exit queue of three days, vaults for the same day; pools pay at once. */
function liquidityOf(
  protocol: string,
  isMixed: boolean,
): { readonly liquidityProfile: LiquidityProfile; readonly withdrawalDelayHours: number } {
  if (!isMixed && ['lido', 'stader-ethx', 'origin-oeth'].includes(protocol)) {
    return { liquidityProfile: 'BATCHED', withdrawalDelayHours: 72 };
  }
  if (['yearn-v2', 'sommelier'].includes(protocol)) {
    return { liquidityProfile: 'SAME_DAY', withdrawalDelayHours: 0 };
  }
  return { liquidityProfile: 'INSTANT', withdrawalDelayHours: 0 };
}
