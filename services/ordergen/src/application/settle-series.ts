import { canonicalJson } from '@trimtab/canonical';
import { formatInstant } from '@trimtab/core';
import { formatDecimal } from '@trimtab/decimal';
import { seriesId, type Series } from '@trimtab/option-index';
import { settleLines } from '../domain/series-ledger.js';
import { heldHalves, refuseEarly, refuseSettle } from '../domain/series-rules.js';
import type { HeldVault } from '../domain/vault.js';
import type { SeriesDependencies } from './exchange-series.js';
import type { OutgoingCall } from './outgoing.js';
import type { LedgerEntry, OrderGenSession, RequestKey } from './ports.js';
import { refuseIf, vaultNotFound } from './refusals.js';
import { findSeries, type KnownSeries } from './series-assets.js';
import type { PublishedPrice } from './series-ports.js';

/** What settling needs. */
export interface SettleSeriesDependencies extends SeriesDependencies {
  /** From the maturity on nothing is settled for this long. */
  readonly settlementDelayMillis: number;
}

/** Makes the response from the vault after the settlement, the lines, and the price paid by. */
export type SettleResponse = (
  session: OrderGenSession,
  entries: readonly LedgerEntry[],
  paid: PublishedPrice,
) => Promise<Uint8Array>;

/** Pays what a vault holds of a series, once per request. */
export type SettleSeries = (
  command: { readonly vaultId: string; readonly series: Series },
  key: RequestKey,
  call: OutgoingCall,
  respond: SettleResponse,
) => Promise<Uint8Array>;

/**
 * Settles a series (intent rules, the option index): by the last price of the base asset that was
 * published before the maturity. A vault that holds nothing of it is answered as it is.
 */
export function createSettleSeries(deps: SettleSeriesDependencies): SettleSeries {
  return async ({ vaultId, series }, key, call, respond) => {
    const earlier = await deps.store.findResponse(key);
    if (earlier !== undefined) return earlier;
    if ((await deps.store.findVault(vaultId)) === undefined) vaultNotFound(vaultId);
    const known = await findSeries(deps.series, series, call);
    const delayMillis = deps.settlementDelayMillis;
    refuseIf(refuseEarly(series, { now: deps.clock.now(), delayMillis }));
    const paid = await deps.series.lastPriceBefore(known.baseAssetId, series.maturity, call);
    return deps.store.once(key, async (session) => {
      const vault = (await session.lockVault(vaultId)) ?? vaultNotFound(vaultId);
      refuseIf(refuseSettle(vault));
      const entries = await pay(deps, session, { vault, known, paid, by: call.caller.subject });
      return respond(session, entries, paid);
    });
  };
}

interface Payment {
  readonly vault: HeldVault;
  readonly known: KnownSeries;
  readonly paid: PublishedPrice;
  readonly by: string;
}

async function pay(
  deps: SettleSeriesDependencies,
  session: OrderGenSession,
  { vault, known, paid, by }: Payment,
): Promise<readonly LedgerEntry[]> {
  const { series, decimals } = known;
  const { vaultId, denominationDecimals: underlyingDecimals } = vault;
  const quote = { price: paid.price, assetDecimals: decimals, underlyingDecimals };
  const held = heldHalves(vault, series);
  const lines = settleLines(vault.denomination, series, {
    held,
    settlement: { strike: series.strike, quote },
  });
  if (lines.length === 0) return [];
  const time = deps.clock.now();
  const transaction = { transactionId: deps.ids.uuid(), lines };
  const entries = await session.book(vault, transaction, { deposited: 0n, time });
  const details = {
    seriesId: seriesId(series),
    p: held.p.toString(),
    n: held.n.toString(),
    price: formatDecimal(paid.price),
    priceTime: formatInstant(paid.publishTime),
  };
  await session.appendAudit({
    verb: 'SETTLE_SERIES',
    vaultId,
    subject: by,
    reason: '',
    details: canonicalJson(details),
    time,
  });
  return entries;
}
