import {
  addMillis,
  domainError,
  formatInstant,
  present,
  refuse,
  type Clock,
  type Instant,
} from '@trimtab/core';
import type { Decimal } from '@trimtab/decimal';
import {
  LEGS,
  payoutOf,
  seriesAssetId,
  seriesId,
  type Leg,
  type Series,
} from '@trimtab/option-index';
import { resolveAsset, UNDERLYING, UNDERLYING_DECIMALS } from '@trimtab/strategy';
import type { SeriesRequest, VaultPort, VaultView } from '../application/ports.js';
import { pair, type Books } from './books.js';
import type { PlayedOracle } from './played-oracle.js';

/** What a settlement paid. */
export interface SettlementRecord {
  readonly time: Instant;
  readonly series: Series;
  readonly leg: Leg;
  /** Base units of the half. */
  readonly quantity: bigint;
  /** The last price of the base before the maturity. */
  readonly price: Decimal;
  /** Base units of the underlying. */
  readonly payout: bigint;
}

/** The one vault of a backtest. */
export interface PlayedVault extends VaultPort {
  readonly vaultId: string;
  view(): VaultView;
  setMode(mode: VaultView['mode']): void;
  /** From the owner: underlying, or a position in kind. */
  deposit(assetId: string, amount: bigint): void;
  /** To the owner. */
  withdraw(assetId: string, amount: bigint): void;
  settlements(): readonly SettlementRecord[];
}

/** What a vault is made of. */
export interface PlayedVaultDependencies {
  readonly vaultId: string;
  readonly books: Books;
  readonly oracle: PlayedOracle;
  readonly clock: Clock;
  readonly settlementDelayMillis: number;
}

/** Creates the vault: open, and as empty as its books. */
export function createPlayedVault(dependencies: PlayedVaultDependencies): PlayedVault {
  const { vaultId, books } = dependencies;
  const settled: SettlementRecord[] = [];
  const answered = new Set<string>();
  let mode: VaultView['mode'] = 'OPEN';
  const view = (): VaultView => ({
    vaultId,
    mode,
    version: books.version(),
    cash: books.cash(),
    positions: books.positions(),
    openRebalanceId: undefined,
    frozen: false,
    freezeReason: '',
  });
  const once = (request: SeriesRequest, act: () => void): Promise<void> => {
    check(request, vaultId);
    if (!answered.has(request.requestId)) act();
    answered.add(request.requestId);
    return Promise.resolve();
  };
  return {
    vaultId,
    view,
    setMode: (next) => {
      mode = next;
    },
    deposit: (assetId, amount) => books.book(pair('DEPOSIT', assetId, 'OWNER', amount)),
    withdraw: (assetId, amount) => books.book(pair('WITHDRAWAL', assetId, 'OWNER', -amount)),
    settlements: () => settled,
    get: async (id) => (id === vaultId ? view() : vaultNotFound(id)),
    linesAfter: async (id, sequence) =>
      id === vaultId ? books.lines().slice(sequence) : vaultNotFound(id),
    settleSeries: async (request) =>
      once(request, () => settled.push(...settle(request.series, dependencies))),
    mergeSeries: async (request) => once(request, () => merge(request, books)),
  };
}

/** Pays what is held of a matured series by the last price before the maturity. */
function settle(
  series: Series,
  { books, oracle, clock, settlementDelayMillis }: PlayedVaultDependencies,
): readonly SettlementRecord[] {
  refuseEarly(series, clock.now(), settlementDelayMillis);
  const baseId = resolveAsset(series.base);
  const price = oracle.lastBefore(baseId, series.maturity)?.price ?? priceMissing(baseId, series);
  const { decimals } = present(oracle.terms(baseId), 'the base asset is registered');
  const quote = { price, assetDecimals: decimals, underlyingDecimals: UNDERLYING_DECIMALS };
  const records = LEGS.flatMap((leg): SettlementRecord[] => {
    const quantity = books.quantityOf(seriesAssetId(leg, series));
    if (quantity === 0n) return [];
    const payout = payoutOf(leg, quantity, { strike: series.strike, quote });
    return [{ time: clock.now(), series, leg, quantity, price, payout }];
  });
  books.book(
    records.flatMap(({ leg, quantity, payout }) => [
      ...pair('SETTLE', seriesAssetId(leg, series), 'SERIES', -quantity),
      ...pair('SETTLE', UNDERLYING, 'VENUE', payout),
    ]),
  );
  return records;
}

/** Equal amounts of both halves become the base asset again. */
function merge(
  { series, amount }: SeriesRequest & { readonly amount: bigint },
  books: Books,
): void {
  for (const leg of LEGS) {
    const assetId = seriesAssetId(leg, series);
    const held = books.quantityOf(assetId);
    if (amount > held) tooLittle(assetId, held, amount);
  }
  books.book([
    ...pair('MERGE', resolveAsset(series.base), 'SERIES', amount),
    ...LEGS.flatMap((leg) => pair('MERGE', seriesAssetId(leg, series), 'SERIES', -amount)),
  ]);
}

function check(request: SeriesRequest, vaultId: string): void {
  if (request.vaultId !== vaultId) vaultNotFound(request.vaultId);
}

function vaultNotFound(vaultId: string): never {
  const message = `vault ${vaultId} does not exist`;
  return refuse(domainError('NOT_FOUND', 'VAULT_NOT_FOUND', message, { vault_id: vaultId }));
}

function refuseEarly(series: Series, now: Instant, delayMillis: number): void {
  const time = addMillis(series.maturity, delayMillis);
  if (now >= time) return;
  const message = `series ${seriesId(series)} is settled from ${formatInstant(time)} on`;
  refuse(
    domainError('FAILED_PRECONDITION', 'SERIES_NOT_MATURED', message, {
      series_id: seriesId(series),
      settle_time: formatInstant(time),
    }),
  );
}

function priceMissing(assetId: string, series: Series): never {
  const message = `${assetId} has no price before ${formatInstant(series.maturity)}`;
  const metadata = { asset_id: assetId, series_id: seriesId(series) };
  return refuse(domainError('FAILED_PRECONDITION', 'PRICE_MISSING', message, metadata));
}

function tooLittle(assetId: string, held: bigint, requested: bigint): never {
  const message = `the vault holds ${held} of ${assetId}, the merge asks for ${requested}`;
  const metadata = { asset_id: assetId, held: String(held), requested: String(requested) };
  return refuse(domainError('FAILED_PRECONDITION', 'INSUFFICIENT_BALANCE', message, metadata));
}
