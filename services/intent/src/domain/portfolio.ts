import { compare, sorted, type Instant } from '@trimtab/core';
import { parseDecimal, valueOf, weightBps, type Quote } from '@trimtab/decimal';
import { UNDERLYING, UNDERLYING_DECIMALS, type Side } from '@trimtab/strategy';

/** A vault as the portfolio needs it; amounts in base units. */
export interface HeldVault {
  readonly vaultId: string;
  readonly cash: bigint;
  readonly positions: readonly HeldPosition[];
  readonly openRebalanceId: string | undefined;
}

/** A position of a vault. */
export interface HeldPosition {
  readonly assetId: string;
  readonly side: Side;
  readonly quantity: bigint;
  /** Underlying behind a short; 0 for a long. */
  readonly collateral: bigint;
}

/** The last published price of an asset. */
export interface KnownPrice {
  /** Underlying for one whole unit, a canonical decimal. */
  readonly price: string;
  readonly assetDecimals: number;
  readonly publishTime: Instant;
}

/** What an owner has, at the last published prices. */
export interface Portfolio {
  /** Base units of the underlying: of the vaults that have a value. */
  readonly totalValue: bigint;
  /** By vault id. */
  readonly vaults: readonly ValuedVault[];
  /** By (asset, side), cash as a long of the underlying. */
  readonly assets: readonly ValuedAsset[];
  /** Sorted. */
  readonly openRebalanceIds: readonly string[];
  /** The publish time of the oldest price in it; absent without any. */
  readonly priceTime: Instant | undefined;
}

/** A vault with its value. */
export interface ValuedVault {
  readonly vaultId: string;
  /** Absent if the price of something that it holds is missing. */
  readonly value: bigint | undefined;
  readonly openRebalanceId: string | undefined;
}

/** What all vaults hold of an asset. */
export interface ValuedAsset {
  readonly assetId: string;
  readonly side: Side;
  readonly quantity: bigint;
  /** Of a short: its collateral less what it owes. Absent without a price. */
  readonly value: bigint | undefined;
  /** floor(value · 10 000 / total); 0 without a value or a positive total. */
  readonly weightBps: number;
}

/**
 * Adds up vaults. A vault is worth its cash, its longs, and the collateral of its shorts less what they
 * owe, each value rounded down (order generation rules, sections 1.1 and 1.2).
 */
export function summarise(
  vaults: readonly HeldVault[],
  prices: ReadonlyMap<string, KnownPrice>,
): Portfolio {
  const valued = sorted(vaults, byVaultId).map((vault) => valueOne(vault, prices));
  const totalValue = valued.reduce((sum, { value = 0n }) => sum + value, 0n);
  const used = new Set(vaults.flatMap(({ positions }) => positions.map(({ assetId }) => assetId)));
  const times = [...used].flatMap((assetId) => prices.get(assetId)?.publishTime ?? []);
  const open = vaults.flatMap(({ openRebalanceId }) => openRebalanceId ?? []);
  return {
    totalValue,
    vaults: valued,
    assets: assetsOf(vaults, prices, totalValue),
    openRebalanceIds: sorted(open, compare),
    priceTime: times.reduce<Instant | undefined>(
      (oldest, time) => (oldest === undefined || time < oldest ? time : oldest),
      undefined,
    ),
  };
}

function valueOne(vault: HeldVault, prices: ReadonlyMap<string, KnownPrice>): ValuedVault {
  const { vaultId, openRebalanceId } = vault;
  let value: bigint | undefined = vault.cash;
  for (const position of vault.positions) {
    const worth = worthOf(position, prices);
    value = value === undefined || worth === undefined ? undefined : value + worth;
  }
  return { vaultId, value, openRebalanceId };
}

interface Sum {
  readonly assetId: string;
  readonly side: Side;
  quantity: bigint;
  value: bigint | undefined;
}

function assetsOf(
  vaults: readonly HeldVault[],
  prices: ReadonlyMap<string, KnownPrice>,
  total: bigint,
): readonly ValuedAsset[] {
  const sums = new Map<string, Sum>();
  const add = ({ assetId, side, quantity, value }: Sum): void => {
    const key = `${assetId} ${side}`;
    const sum = sums.get(key) ?? { assetId, side, quantity: 0n, value: 0n };
    sum.quantity += quantity;
    sum.value = sum.value === undefined || value === undefined ? undefined : sum.value + value;
    sums.set(key, sum);
  };
  for (const { cash, positions } of vaults) {
    if (cash !== 0n) add({ assetId: UNDERLYING, side: 'LONG', quantity: cash, value: cash });
    for (const position of positions) {
      const { assetId, side, quantity } = position;
      add({ assetId, side, quantity, value: worthOf(position, prices) });
    }
  }
  return sorted(sums.values(), bySumKey).map((sum) => ({
    ...sum,
    weightBps: sum.value === undefined || total <= 0n ? 0 : weightBps(sum.value, total),
  }));
}

function worthOf(
  { assetId, side, quantity, collateral }: HeldPosition,
  prices: ReadonlyMap<string, KnownPrice>,
): bigint | undefined {
  const known = prices.get(assetId);
  const quote = known && quoteOf(known);
  if (quote === undefined) return undefined;
  const value = valueOf(quantity, quote);
  return side === 'LONG' ? value : collateral - value;
}

function quoteOf({ price, assetDecimals }: KnownPrice): Quote | undefined {
  const parsed = parseDecimal(price);
  if (!parsed.ok) return undefined;
  return { price: parsed.value, assetDecimals, underlyingDecimals: UNDERLYING_DECIMALS };
}

function byVaultId(left: HeldVault, right: HeldVault): number {
  return compare(left.vaultId, right.vaultId);
}

function bySumKey(left: Sum, right: Sum): number {
  const order = compare(left.assetId, right.assetId);
  return order === 0 ? compare(left.side, right.side) : order;
}
