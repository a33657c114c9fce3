import { contentHash, TAGS, type JsonValue } from '@trimtab/canonical';
import { formatDecimal, parseDecimal, valueOf, type Decimal } from '@trimtab/decimal';
import {
  createPriceBook,
  positionText,
  quoteOf,
  valueVault,
  type Position,
  type PriceBook,
  type PriceEntry,
  type Valuation,
} from '@trimtab/ordergen/domain';
import type { Random } from './random.js';

/** A vault at a snapshot, made up. */
export interface GeneratedVault {
  readonly prices: PriceBook;
  readonly snapshot: JsonValue;
  readonly snapshotHash: string;
  readonly cash: bigint;
  readonly positions: readonly Position[];
  readonly valuation: Valuation;
}

/** Makes up a vault whose NAV is above 0; undefined when the dice fell otherwise. */
export function generateVault(random: Random): GeneratedVault | undefined {
  const entries = Array.from({ length: random.between(1, 7) }, (_, place) =>
    generateEntry(random, `A${place}`),
  );
  const prices = createPriceBook(6, entries);
  const positions = new Map<string, Position>();
  for (const entry of entries) {
    if (!random.once(3)) add(positions, long(random, prices, entry));
    if (random.once(4)) add(positions, short(random, prices, entry));
  }
  const cash = random.once(6) ? 0n : random.amount(0n, 10n ** 12n);
  const snapshot = snapshotDocument(random, entries);
  const valued = valueVault(cash, positions.values(), prices);
  if (!valued.ok || valued.value.nav <= 0n) return undefined;
  return {
    prices,
    snapshot,
    snapshotHash: contentHash(TAGS.snapshot, snapshot),
    cash,
    positions: [...positions.values()],
    valuation: valued.value,
  };
}

function add(positions: Map<string, Position>, position: Position): void {
  if (position.quantity > 0n) positions.set(positionText(position), position);
}

function generateEntry(random: Random, assetId: string): PriceEntry {
  const decimals = random.pick([0, 6, 8, 18]);
  return {
    assetId,
    decimals,
    lot: random.once(3) ? random.amount(1n, 50n) : 1n,
    minimumOrder: random.once(3) ? random.amount(0n, 100n) : 0n,
    price: priceOf(random),
  };
}

function priceOf(random: Random): Decimal {
  const digits = random.amount(1n, 10n ** BigInt(random.between(1, 6)));
  const scale = random.between(0, 4);
  const whole = digits.toString().padStart(scale + 1, '0');
  const cut = whole.length - scale;
  const text = scale === 0 ? whole : `${whole.slice(0, cut)}.${whole.slice(cut)}`;
  const parsed = parseDecimal(scale === 0 ? text : text.replace(/\.?0+$/, ''));
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error}`);
  return parsed.value;
}

function unitsOf(random: Random, entry: PriceEntry): bigint {
  return random.amount(0n, 3_000n * 10n ** BigInt(entry.decimals));
}

function long(random: Random, _prices: PriceBook, entry: PriceEntry): Position {
  return { assetId: entry.assetId, side: 'LONG', quantity: unitsOf(random, entry), collateral: 0n };
}

function short(random: Random, prices: PriceBook, entry: PriceEntry): Position {
  const quantity = unitsOf(random, entry);
  const owed = valueOf(quantity, quoteOf(prices, entry));
  return {
    assetId: entry.assetId,
    side: 'SHORT',
    quantity,
    collateral: owed + random.amount(0n, owed + 1n),
  };
}

function snapshotDocument(random: Random, entries: readonly PriceEntry[]): JsonValue {
  return {
    denomination: 'USDC',
    entries: entries.map((entry) => ({
      assetId: entry.assetId,
      decimals: entry.decimals,
      lot: entry.lot.toString(),
      minimumOrder: entry.minimumOrder.toString(),
      price: formatDecimal(entry.price),
      confidence: '0.5',
      publishTime: '2018-04-04T00:00:00.000Z',
      publishers: ['east', 'west'],
      dropped: random.once(3) ? [{ publisher: 'north', reason: 'OUTLIER' }] : [],
    })),
  };
}
