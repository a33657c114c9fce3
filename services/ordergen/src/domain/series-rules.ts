import {
  addMillis,
  domainError,
  formatInstant,
  type DomainError,
  type Instant,
} from '@trimtab/core';
import { seriesAssetId, seriesId, type Series } from '@trimtab/option-index';
import type { HeldHalves, SeriesAssets } from './series-ledger.js';
import { busy, frozen, inDeficit, notOpen, precondition, tooLittle } from './vault-refusals.js';
import type { HeldVault, Vault } from './vault.js';

/**
 * What a vault refuses about option series (order generation rules, section 6). Nothing happens during
 * a run. Splitting is new business: an open vault without holds. Merging takes what a withdrawal takes.
 * Settling brings money, which heals a deficit, in every mode but CLOSED.
 */

/** How much of a position a vault is long. */
export function heldLong(vault: HeldVault, assetId: string): bigint {
  const position = vault.positions.find(
    (candidate) => candidate.assetId === assetId && candidate.side === 'LONG',
  );
  return position?.quantity ?? 0n;
}

/** What a vault holds of both halves of a series. */
export function heldHalves(vault: HeldVault, series: Series): HeldHalves {
  return {
    p: heldLong(vault, seriesAssetId('P', series)),
    n: heldLong(vault, seriesAssetId('N', series)),
  };
}

/** Whether a series has matured: from that millisecond on. */
export function isMature(series: Series, now: Instant): boolean {
  return now >= series.maturity;
}

/** Whether a split is refused. */
export function refuseSplit(
  vault: HeldVault,
  { series, baseAssetId }: SeriesAssets,
  claim: { readonly amount: bigint; readonly now: Instant },
): DomainError | undefined {
  if (vault.mode !== 'OPEN') return notOpen(vault);
  const refusal = refuseHeld(vault) ?? refuseDeficit(vault);
  if (refusal !== undefined) return refusal;
  if (isMature(series, claim.now)) return matured(series);
  return refuseBeyond(vault, baseAssetId, { amount: claim.amount, by: 'the split' });
}

/** Whether a merge is refused. */
export function refuseMerge(
  vault: HeldVault,
  { series }: SeriesAssets,
  amount: bigint,
): DomainError | undefined {
  const refusal = refuseClosed(vault) ?? refuseHeld(vault) ?? refuseDeficit(vault);
  if (refusal !== undefined) return refusal;
  const want = { amount, by: 'the merge' };
  return (
    refuseBeyond(vault, seriesAssetId('P', series), want) ??
    refuseBeyond(vault, seriesAssetId('N', series), want)
  );
}

/** Whether a settlement is refused by the vault. */
export function refuseSettle(vault: Vault): DomainError | undefined {
  return refuseClosed(vault) ?? refuseHeld(vault);
}

/**
 * Whether it is too early to settle: until the delay has passed since the maturity, so that the price,
 * which was published before it, is older than the delay, and every vault is paid from one moment on.
 */
export function refuseEarly(
  series: Series,
  { now, delayMillis }: { readonly now: Instant; readonly delayMillis: number },
): DomainError | undefined {
  const settleTime = addMillis(series.maturity, delayMillis);
  if (now >= settleTime) return undefined;
  return domainError(
    'FAILED_PRECONDITION',
    'SERIES_NOT_MATURED',
    `series ${seriesId(series)} is settled from ${formatInstant(settleTime)} on`,
    {
      series_id: seriesId(series),
      maturity: formatInstant(series.maturity),
      settle_time: formatInstant(settleTime),
    },
  );
}

function matured(series: Series): DomainError {
  const maturity = formatInstant(series.maturity);
  return domainError(
    'FAILED_PRECONDITION',
    'SERIES_MATURED',
    `series ${seriesId(series)} has matured at ${maturity}`,
    { series_id: seriesId(series), maturity },
  );
}

function refuseClosed(vault: Vault): DomainError | undefined {
  return vault.mode === 'CLOSED' ? precondition(vault, 'VAULT_CLOSED', 'is closed') : undefined;
}

function refuseHeld(vault: Vault): DomainError | undefined {
  if (vault.frozen) return frozen(vault);
  return vault.openRebalanceId === undefined ? undefined : busy(vault);
}

function refuseDeficit(vault: Vault): DomainError | undefined {
  return vault.cash < 0n ? inDeficit(vault) : undefined;
}

function refuseBeyond(
  vault: HeldVault,
  assetId: string,
  { amount, by }: { readonly amount: bigint; readonly by: string },
): DomainError | undefined {
  const held = heldLong(vault, assetId);
  return amount <= held ? undefined : tooLittle(vault, { held, requested: amount, by, assetId });
}
