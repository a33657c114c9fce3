import { canonicalJson } from '@trimtab/canonical';
import type { Clock, DomainError, IdSource, Instant } from '@trimtab/core';
import { seriesId, type Series } from '@trimtab/option-index';
import type { LedgerLine } from '../domain/ledger.js';
import { mergeLines, splitLines, type SeriesAssets } from '../domain/series-ledger.js';
import { refuseMerge, refuseSplit } from '../domain/series-rules.js';
import type { HeldVault } from '../domain/vault.js';
import type { FundsResponse } from './move-funds.js';
import type { OutgoingCall } from './outgoing.js';
import type { OrderGenStore, RequestKey } from './ports.js';
import { refuseIf, vaultNotFound } from './refusals.js';
import { findSeries } from './series-assets.js';
import type { SeriesSource } from './series-ports.js';

/** An amount of a series, or of the asset that it splits: they are the same number of base units. */
export interface ExchangeSeriesCommand {
  readonly vaultId: string;
  readonly series: Series;
  /** Above 0. */
  readonly amount: bigint;
}

/** What the use cases of option series need. */
export interface SeriesDependencies {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly store: OrderGenStore;
  readonly series: SeriesSource;
}

/** Exchanges a base asset for both halves of a series, or back, once per request. */
export type ExchangeSeries = (
  command: ExchangeSeriesCommand,
  key: RequestKey,
  call: OutgoingCall,
  respond: FundsResponse,
) => Promise<Uint8Array>;

interface Direction {
  readonly verb: 'SPLIT_SERIES' | 'MERGE_SERIES';
  refuse(
    vault: HeldVault,
    assets: SeriesAssets,
    claim: { readonly amount: bigint; readonly now: Instant },
  ): DomainError | undefined;
  lines(assets: SeriesAssets, amount: bigint): readonly LedgerLine[];
}

/** The base asset becomes both halves of a series that has not matured. */
export function createSplitSeries(deps: SeriesDependencies): ExchangeSeries {
  return exchange(deps, { verb: 'SPLIT_SERIES', refuse: refuseSplit, lines: splitLines });
}

/** Both halves of a series become the base asset again. */
export function createMergeSeries(deps: SeriesDependencies): ExchangeSeries {
  return exchange(deps, {
    verb: 'MERGE_SERIES',
    refuse: (vault, assets, { amount }) => refuseMerge(vault, assets, amount),
    lines: mergeLines,
  });
}

function exchange(deps: SeriesDependencies, direction: Direction): ExchangeSeries {
  return async ({ vaultId, series, amount }, key, call, respond) => {
    const earlier = await deps.store.findResponse(key);
    if (earlier !== undefined) return earlier;
    if ((await deps.store.findVault(vaultId)) === undefined) vaultNotFound(vaultId);
    const assets = await findSeries(deps.series, series, call);
    return deps.store.once(key, async (session) => {
      const vault = (await session.lockVault(vaultId)) ?? vaultNotFound(vaultId);
      const time = deps.clock.now();
      refuseIf(direction.refuse(vault, assets, { amount, now: time }));
      const transaction = {
        transactionId: deps.ids.uuid(),
        lines: direction.lines(assets, amount),
      };
      const entries = await session.book(vault, transaction, { deposited: 0n, time });
      await session.appendAudit({
        verb: direction.verb,
        vaultId,
        subject: call.caller.subject,
        reason: '',
        details: canonicalJson({ seriesId: seriesId(series), amount: amount.toString() }),
        time,
      });
      return respond(session, vaultId, entries);
    });
  };
}
