import type { PortfolioSummary } from '@trimtab/contracts/intent';
import { sideWords, statusWords } from '../schemas/words.js';
import { set, type Json } from './from-wire.js';

/** A portfolio; amounts stay texts in base units, as they exceed what a number can hold. */
export function fromPortfolio(portfolio: PortfolioSummary): Json {
  const { owner, denomination, totalValue, openRebalanceIds, priceTime } = portfolio;
  return {
    owner,
    denomination,
    totalValue,
    vaults: portfolio.vaults.map((vault) => ({
      vaultId: vault.vaultId,
      intentId: set(vault.intentId),
      status: vault.intentState === 0 ? undefined : statusWords.fromWire(vault.intentState),
      value: set(vault.value),
      driftBps: vault.driftBps,
      openRebalanceId: set(vault.openRebalanceId),
    })),
    assets: portfolio.assets.map((asset) => ({
      asset: asset.assetId,
      side: sideWords.fromWire(asset.side),
      quantity: asset.quantity,
      value: set(asset.value),
      weightBps: asset.weightBps,
    })),
    openRebalanceIds,
    pricedAt: priceTime?.toISOString(),
  };
}
