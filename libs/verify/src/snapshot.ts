import { must, refuse, same } from './difference.js';
import { floor, type Fraction } from './exact.js';
import { hashOf, TAGS } from './hash.js';
import {
  ascending,
  count,
  decimal,
  items,
  members,
  name,
  positive,
  text,
  time,
  type Node,
} from './node.js';

/** What one unit of money is, where the snapshot does not price it: USDC, 6 digits. */
const UNDERLYING_DECIMALS = 6;

/** An asset at its snapshot price. */
export interface Priced {
  readonly decimals: number;
  readonly lot: bigint;
  readonly minimumOrder: bigint;
  readonly price: Fraction;
}

/** The prices that everything was generated at. */
export interface Prices {
  readonly hash: string;
  /** The underlying. */
  readonly denomination: string;
  readonly decimals: number;
  readonly assets: ReadonlyMap<string, Priced>;
}

/** Reads the snapshot and hashes it. */
export function readSnapshot(node: Node): Prices {
  const fields = members(node, ['denomination', 'entries']);
  const denomination = name(fields.denomination);
  const entries = items(fields.entries);
  const assets = new Map<string, Priced>();
  const ids: string[] = [];
  for (const entry of entries) {
    const [assetId, priced] = readEntry(entry);
    ids.push(assetId);
    assets.set(assetId, priced);
  }
  ascending(entries, (place) => ids[place] ?? '');
  const decimals = assets.get(denomination)?.decimals ?? UNDERLYING_DECIMALS;
  return { hash: hashOf(TAGS.snapshot, node.value), denomination, decimals, assets };
}

function readEntry(node: Node): readonly [string, Priced] {
  const fields = members(node, [
    'assetId',
    'decimals',
    'lot',
    'minimumOrder',
    'price',
    'confidence',
    'publishTime',
    'publishers',
    'dropped',
  ]);
  const price = decimal(fields.price);
  must(fields.price.path, price.top > 0n, text(fields.price), 'above 0');
  const lot = positive(fields.lot);
  must(fields.lot.path, lot > 0n, lot, 'at least 1');
  decimal(fields.confidence);
  time(fields.publishTime);
  const publishers = items(fields.publishers);
  ascending(publishers, (place) => textAt(publishers, place));
  const dropped = items(fields.dropped);
  const droppedIds = dropped.map((one) => {
    const drop = members(one, ['publisher', 'reason']);
    name(drop.reason);
    return name(drop.publisher);
  });
  ascending(dropped, (place) => droppedIds[place] ?? '');
  return [
    name(fields.assetId),
    {
      decimals: count(fields.decimals, 0, 27),
      lot,
      minimumOrder: positive(fields.minimumOrder),
      price,
    },
  ];
}

function textAt(nodes: readonly Node[], place: number): string {
  const node = nodes[place];
  return node === undefined ? '' : name(node);
}

/** The exact value of a quantity in base units of the underlying, before it is floored. */
export function exactValue(
  prices: Prices,
  path: string,
  assetId: string,
  quantity: bigint,
): Fraction {
  const priced = prices.assets.get(assetId);
  if (priced === undefined)
    return refuse(path, `no price of ${assetId}`, 'a price in the snapshot');
  return {
    top: quantity * priced.price.top * 10n ** BigInt(prices.decimals),
    bottom: priced.price.bottom * 10n ** BigInt(priced.decimals),
  };
}

/** `floor(q × p × 10^(dU − dA))`; nothing is worth nothing, priced or not. */
export function valueOf(prices: Prices, path: string, assetId: string, quantity: bigint): bigint {
  if (quantity === 0n) return 0n;
  const { top, bottom } = exactValue(prices, path, assetId, quantity);
  return floor(top, bottom);
}

/** Requires a document to name this snapshot. */
export function sameSnapshot(node: Node, prices: Prices): void {
  same(node.path, text(node), prices.hash);
}
