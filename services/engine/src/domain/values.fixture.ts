import { instant, parseInstant, type Instant } from '@trimtab/core';
import { parseDecimal, type Decimal } from '@trimtab/decimal';
import type { Series } from '@trimtab/option-index';
import type { Holdings } from './holdings.js';
import type { RebalanceView, RunView } from './run.js';
import type { VaultPosition } from './vault.js';
import type { PriceBook } from './valuation.js';

export const DAY = 86_400_000;

export function at(text: string): Instant {
  const parsed = parseInstant(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

export function plus(time: Instant, millis: number): Instant {
  return instant(time + millis);
}

export function dec(text: string): Decimal {
  const parsed = parseDecimal(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

/** BTC-30000-20260801. */
export const SERIES: Series = {
  base: 'BTC',
  strike: 30_000n,
  maturity: at('2026-08-01T08:00:00Z'),
};

export function long(assetId: string, quantity: bigint): VaultPosition {
  return { assetId, side: 'LONG', quantity, collateral: 0n };
}

export function short(assetId: string, quantity: bigint, collateral: bigint): VaultPosition {
  return { assetId, side: 'SHORT', quantity, collateral };
}

export function holding(cash: bigint, ...positions: VaultPosition[]): Holdings {
  return { cash, positions };
}

/** Prices of assets without decimals: a base unit is a whole, worth a million base units a USDC. */
export function prices(book: Readonly<Record<string, string>>, decimals = 0): PriceBook {
  return new Map(Object.entries(book).map(([id, text]) => [id, { price: dec(text), decimals }]));
}

export function runOf(change: Partial<RunView> = {}): RunView {
  return {
    runId: 'run-1',
    trigger: 'PRICE',
    purpose: 'ROLL',
    outcome: 'REBALANCE',
    reason: '',
    message: '',
    rebalanceId: 'rebalance-1',
    planHash: undefined,
    series: SERIES,
    createTime: at('2026-07-02T12:00:00Z'),
    ...change,
  };
}

export function rebalanceOf(change: Partial<RebalanceView> = {}): RebalanceView {
  return {
    rebalanceId: 'rebalance-1',
    state: 'COMPLETED',
    stateReason: '',
    nav: 1_000_000n,
    cost: 1_000n,
    traded: true,
    stuckIndexes: [],
    createTime: at('2026-07-02T12:00:01Z'),
    endTime: at('2026-07-02T12:00:05Z'),
    ...change,
  };
}
