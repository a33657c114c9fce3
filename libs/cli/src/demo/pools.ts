import { readFileSync } from 'node:fs';
import { present } from '@trimtab/core';
import { halfUpDiv, parseHumanDecimal, pow10, safeNumber, type Decimal } from '@trimtab/decimal';

/**
 * The real pools of the demo's second story. APY and TVL are recorded; what the file does not say
 * (risk, liquidity, complexity) follows from named assumptions below, which the demo prints.
 */
export interface Pool {
  readonly strategyId: string;
  /** The pool's share. */
  readonly assetId: string;
  readonly protocol: string;
  readonly grossApyBps: number;
  readonly riskScoreBps: number;
  readonly liquidity: 'INSTANT' | 'SAME_DAY' | 'BATCHED';
  readonly withdrawalDelayHours: number;
  readonly operationalComplexityBps: number;
  /** Rewards in tokens make up most of the yield. */
  readonly exotic: boolean;
}

const FILE = new URL('../../../../test/fixtures/yields/ethereum-pools.csv', import.meta.url);

/** The pools of the file, each with an id made of its protocol, assets and address. */
export function readPools(): readonly Pool[] {
  const [, ...lines] = readFileSync(FILE, 'utf8').trim().split(/\r?\n/);
  return lines.map(toPool);
}

function toPool(line: string): Pool {
  const cells = line.split(',');
  const cell = (index: number): string => present(cells[index], `a pool has cell ${index}`);
  const [address, protocol, assets] = [cell(0), cell(2), cell(3)];
  const id = `${protocol}-${assets.replaceAll('+', '-')}-${address.slice(2, 6)}`.toLowerCase();
  const grossApyBps = toBps(cell(4));
  const rewardBps = toBps(cell(6));
  const staking = ['lido', 'stader-ethx', 'origin-oeth'].includes(protocol);
  const lending = /^(compound|aave|spark)/.test(protocol);
  return {
    strategyId: id,
    assetId: id.toUpperCase(),
    protocol,
    grossApyBps,
    riskScoreBps: riskOf(BigInt(cell(7))),
    liquidity: staking ? 'BATCHED' : lending ? 'INSTANT' : 'SAME_DAY',
    withdrawalDelayHours: staking ? 72 : 0,
    operationalComplexityBps: lending ? 10 : 40,
    exotic: 2 * rewardBps > grossApyBps,
  };
}

/** The deeper the pool, the lower the risk score: a tenth of the depth adds 75 bps. */
function riskOf(tvlUsd: bigint): number {
  const digits = tvlUsd.toString().length;
  return Math.max(50, 50 + (10 - digits) * 75);
}

/** A percentage as whole basis points, half up. */
function toBps(percent: string): number {
  const parsed = parseHumanDecimal(percent);
  if (!parsed.ok) throw new Error(`recorded pools: ${parsed.error}`);
  const value: Decimal = parsed.value;
  return safeNumber(halfUpDiv(value.digits * 100n, pow10(value.scale)));
}
