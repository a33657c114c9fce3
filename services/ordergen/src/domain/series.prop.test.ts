import { instant } from '@trimtab/core';
import { decimalOf, valueOf, type Quote } from '@trimtab/decimal';
import { payoutOf, seriesAssetId, type Series } from '@trimtab/option-index';
import { campaignCount, SEED } from '@trimtab/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { driftOf, type VaultBooks } from './audit-books.js';
import { holdingsOf } from './ledger-holdings.js';
import {
  bookMovement,
  depositCash,
  depositPosition,
  imbalanceOf,
  type LedgerLine,
} from './ledger.js';
import { mergeLines, settleLines, splitLines } from './series-ledger.js';

const DAY = 86_400_000;
const SERIES: readonly Series[] = [
  { base: 'BTC', strike: 30_000n, maturity: instant(10 * DAY + 28_800_000) },
  { base: 'BTC', strike: 41_000n, maturity: instant(20 * DAY + 28_800_000) },
  { base: 'ETH', strike: 7n, maturity: instant(10 * DAY + 28_800_000) },
];
const BASES: Readonly<Record<string, string>> = { BTC: 'WBTC', ETH: 'WETH' };
const baseOf = ({ base }: Series): string => BASES[base] ?? base;
const VAULTS = 3;

/** What happens next: shares are parts of what the vault holds, in thousandths. */
const event = fc.record({
  what: fc.constantFrom('SPLIT', 'MERGE', 'SETTLE', 'BUY', 'SELL', 'DEPOSIT'),
  vault: fc.nat({ max: VAULTS - 1 }),
  series: fc.nat({ max: SERIES.length - 1 }),
  leg: fc.constantFrom('P' as const, 'N' as const),
  share: fc.bigInt(1n, 1_000n),
  price: fc.bigInt(1n, 10n ** 12n),
});
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

/** Balances kept by hand, beside the ledger: by asset, USDC for the cash. */
type Balances = Map<string, bigint>;

const held = (balances: Balances, assetId: string): bigint => balances.get(assetId) ?? 0n;
function move(balances: Balances, assetId: string, amount: bigint): void {
  balances.set(assetId, held(balances, assetId) + amount);
}

/** Lines of one event, with the balances changed as the rules say, in words of their own. */
function happen({ what, series: place, leg, share, price }: Event, balances: Balances) {
  const series = SERIES[place] ?? SERIES[0];
  if (series === undefined) throw new Error('there are series');
  const baseAssetId = baseOf(series);
  const [p, n] = [seriesAssetId('P', series), seriesAssetId('N', series)];
  const part = (amount: bigint): bigint => (amount * share) / 1_000n;
  const quote: Quote = { price: decimalOf(price, 6), assetDecimals: 8, underlyingDecimals: 6 };
  const assetId = leg === 'P' ? p : n;
  const trade = (quantity: bigint, cash: bigint): readonly LedgerLine[] => {
    move(balances, assetId, quantity);
    move(balances, 'USDC', cash);
    return bookMovement('FILL', 'USDC', {
      assetId,
      side: 'LONG',
      quantity,
      cash,
      fee: 1n,
      collateral: 0n,
    });
  };
  switch (what) {
    case 'DEPOSIT':
      move(balances, baseAssetId, price);
      move(balances, 'USDC', price);
      return [...depositPosition(baseAssetId, price), ...depositCash('USDC', price)];
    case 'SPLIT': {
      const amount = part(held(balances, baseAssetId));
      move(balances, baseAssetId, -amount);
      move(balances, p, amount);
      move(balances, n, amount);
      return splitLines({ series, baseAssetId }, amount);
    }
    case 'MERGE': {
      const [ofP, ofN] = [held(balances, p), held(balances, n)];
      const amount = part(ofP < ofN ? ofP : ofN);
      move(balances, baseAssetId, amount);
      move(balances, p, -amount);
      move(balances, n, -amount);
      return mergeLines({ series, baseAssetId }, amount);
    }
    case 'SETTLE': {
      const settlement = { strike: series.strike, quote };
      const halves = { p: held(balances, p), n: held(balances, n) };
      const paid = payoutOf('P', halves.p, settlement) + payoutOf('N', halves.n, settlement);
      if (halves.p === halves.n) expect(paid).toBe(valueOf(halves.p, quote));
      move(balances, 'USDC', paid);
      move(balances, p, -halves.p);
      move(balances, n, -halves.n);
      return settleLines('USDC', series, { held: halves, settlement });
    }
    case 'BUY':
      return trade(share, -part(held(balances, 'USDC')));
    default:
      return trade(-part(held(balances, assetId)), share);
  }
}

function booksOf(lines: readonly LedgerLine[], balances: Balances): VaultBooks {
  const positions = [...balances].flatMap(([assetId, quantity]) =>
    assetId === 'USDC' || quantity === 0n
      ? []
      : [{ assetId, side: 'LONG' as const, quantity, collateral: 0n }],
  );
  const count = lines.length;
  return {
    vaultId: 'v',
    version: 1,
    frozen: false,
    denomination: 'USDC',
    cash: held(balances, 'USDC'),
    positions,
    ledgerSequence: count,
    lineCount: count,
    lastSequence: count,
    lines,
    imbalances: [],
  };
}

const sumOf = (lines: readonly LedgerLine[], where: (line: LedgerLine) => boolean): bigint =>
  lines.reduce((sum, line) => (where(line) ? sum + line.amount : sum), 0n);

describe('option series in the ledger', () => {
  it('keep every balance exact through any splits, merges, settlements and fills', () => {
    const events = fc.array(event, { minLength: 1, maxLength: 40 });
    const seen = new Set<string>();
    fc.assert(
      fc.property(events, (happens) => {
        const vaults = Array.from({ length: VAULTS }, () => ({
          balances: new Map<string, bigint>(),
          lines: [] as LedgerLine[],
        }));
        for (const one of happens) {
          const vault = vaults[one.vault];
          if (vault === undefined) throw new Error('there are vaults');
          const lines = happen(one, vault.balances);
          expect(imbalanceOf(lines)).toBeUndefined();
          if (lines.length > 0) seen.add(one.what);
          vault.lines.push(...lines);
        }
        for (const { lines, balances } of vaults) {
          expect(driftOf(booksOf(lines, balances))).toEqual([]);
          for (const { quantity } of holdingsOf(lines).positions) expect(quantity > 0n).toBe(true);
        }
        isOneUnit(vaults.flatMap(({ lines }) => lines));
      }),
      { seed: SEED, numRuns: campaignCount(500, 20_000) },
    );
    expect([...seen].sort()).toEqual(['BUY', 'DEPOSIT', 'MERGE', 'SELL', 'SETTLE', 'SPLIT']);
  });

  it('that were not split into equal halves are found, though every other sum agrees', () => {
    const [series] = SERIES;
    if (series === undefined) throw new Error('there are series');
    const right = [
      ...depositPosition('WBTC', 10n),
      ...splitLines({ series, baseAssetId: 'WBTC' }, 10n),
    ];
    const assetId = seriesAssetId('N', series);
    const wrong = right.map((line) =>
      line.assetId === assetId ? { ...line, amount: line.amount * 2n } : line,
    );
    const balances = new Map([
      [assetId, 20n],
      [seriesAssetId('P', series), 10n],
    ]);
    const drift = { what: 'series', subject: 'BTC-30000-19700111', ledger: 10n, balance: 20n };
    expect(driftOf(booksOf(wrong, balances))).toEqual([drift]);
    const base = right.map((line) =>
      line.kind === 'SPLIT' && line.assetId === 'WBTC'
        ? { ...line, amount: (line.amount * 9n) / 10n }
        : line,
    );
    const rest = new Map([
      [assetId, 10n],
      [seriesAssetId('P', series), 10n],
      ['WBTC', 1n],
    ]);
    expect(driftOf(booksOf(base, rest))).toEqual([
      { what: 'series', subject: 'WBTC', ledger: 9n, balance: 10n },
    ]);
  });
});

/** Over all vaults SERIES owes exactly the halves that are out: in vaults, at venues, with owners. */
function isOneUnit(lines: readonly LedgerLine[]): void {
  const outside = new Set(['POSITION', 'VENUE', 'OWNER']);
  for (const series of SERIES) {
    for (const leg of ['P', 'N'] as const) {
      const assetId = seriesAssetId(leg, series);
      const owed = -sumOf(lines, (line) => line.account === 'SERIES' && line.assetId === assetId);
      const out = sumOf(lines, (line) => outside.has(line.account) && line.assetId === assetId);
      expect(owed).toBe(out);
    }
  }
  for (const [base, assetId] of Object.entries(BASES)) {
    const isExchange = ({ kind, account }: LedgerLine): boolean =>
      account === 'SERIES' && (kind === 'SPLIT' || kind === 'MERGE');
    const locked = sumOf(lines, (line) => isExchange(line) && line.assetId === assetId);
    const halves = (leg: string): bigint =>
      -sumOf(lines, (line) => isExchange(line) && line.assetId.startsWith(`${leg}-${base}-`));
    expect([halves('P'), halves('N')]).toEqual([locked, locked]);
  }
}
