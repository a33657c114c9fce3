import { DropReason, type Snapshot } from '@trimtab/contracts/oracle';

/** Computed apart from this code: sha256 of the tag, a newline and the canonical JSON. */
export const SNAPSHOT_HASH = '7d1d01161bc77ee82016f6c4b035ff39704fe1cf52dc2da183fd7c1eb657a1fb';

/** The snapshot of that hash. */
export const HELD_SNAPSHOT: Snapshot = {
  snapshotHash: SNAPSHOT_HASH,
  denomination: 'USDC',
  entries: [
    {
      assetId: 'WBTC',
      decimals: 8,
      lot: '1',
      minimumOrder: '0',
      priceDecimal: '7422.5',
      confidenceDecimal: '0',
      publishTime: new Date(1_522_800_000_000),
      publishers: ['ask', 'bid'],
      dropped: [{ publisher: 'last', reason: DropReason.DROP_REASON_OUTLIER }],
    },
  ],
  takeTime: new Date(1_522_800_001_000),
  createTime: new Date(1_522_800_000_500),
};
