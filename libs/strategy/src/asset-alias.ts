/**
 * Tickers that people write and the assets that vaults hold (numbers of the rules: "an alias table
 * maps tickers to assets"). Anything else is an asset id already.
 */
export const ASSET_ALIASES: ReadonlyMap<string, string> = new Map([
  ['BTC', 'WBTC'],
  ['ETH', 'WETH'],
]);

/** The asset that a ticker stands for. */
export function resolveAsset(name: string): string {
  return ASSET_ALIASES.get(name) ?? name;
}
