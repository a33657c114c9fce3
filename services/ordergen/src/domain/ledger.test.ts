import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesOf, holdingsOf } from './ledger-holdings.js';
import {
  bookMovement,
  depositCash,
  depositPosition,
  imbalanceOf,
  withdrawCash,
  withdrawPosition,
  type LedgerLine,
} from './ledger.js';

const sell = {
  assetId: 'A',
  side: 'LONG',
  quantity: -10n,
  cash: 95n,
  fee: 5n,
  collateral: 0n,
} as const;

describe('a deposit', () => {
  it('raises cash against the owner', () => {
    expect(depositCash('USDC', 7n)).toEqual([
      { kind: 'DEPOSIT', account: 'CASH', assetId: 'USDC', amount: 7n },
      { kind: 'DEPOSIT', account: 'OWNER', assetId: 'USDC', amount: -7n },
    ]);
  });

  it('in kind raises a long position, and a withdrawal takes it down again', () => {
    const lines = [...depositPosition('A', 7n), ...withdrawPosition('A', 3n)];
    expect(holdingsOf(lines)).toEqual({
      cash: 0n,
      positions: [{ assetId: 'A', side: 'LONG', quantity: 4n, collateral: 0n }],
    });
    expect(imbalanceOf(lines)).toBeUndefined();
  });
});

describe('a sell', () => {
  it('gives the venue the quantity, takes what it paid, and pays the fee out of that', () => {
    const lines = bookMovement('FILL', 'USDC', sell);
    expect(
      lines.map(({ kind, account, assetId, amount }) => [kind, account, assetId, amount]),
    ).toEqual([
      ['FILL', 'POSITION', 'A', -10n],
      ['FILL', 'VENUE', 'A', 10n],
      ['FILL', 'CASH', 'USDC', 100n],
      ['FILL', 'VENUE', 'USDC', -100n],
      ['FEE', 'CASH', 'USDC', -5n],
      ['FEE', 'FEES', 'USDC', 5n],
    ]);
    expect(changesOf(lines).cash).toBe(95n);
  });
});

describe('a short', () => {
  it('owes its quantity and sets collateral aside', () => {
    // Sold for 100 with a fee of 1, 150 set aside: cash 100 - 1 - 150 = -51.
    const lines = bookMovement('FILL', 'USDC', {
      assetId: 'A',
      side: 'SHORT',
      quantity: 10n,
      cash: -51n,
      fee: 1n,
      collateral: 150n,
    });
    expect(imbalanceOf(lines)).toBeUndefined();
    expect(changesOf(lines)).toEqual({
      cash: -51n,
      positions: [{ assetId: 'A', side: 'SHORT', quantity: 10n, collateral: 150n }],
    });
    expect(lines.find(({ account }) => account === 'POSITION')?.amount).toBe(-10n);
  });
});

describe('the ledger', () => {
  it('books nothing for a movement of nothing', () => {
    const nothing = { ...sell, quantity: 0n, cash: 0n, fee: 0n };
    expect(bookMovement('CORRECTION', 'USDC', nothing)).toEqual([]);
  });

  it('names the asset that is out of balance', () => {
    const [line] = depositCash('USDC', 7n);
    expect(imbalanceOf(line === undefined ? [] : [line])).toBe('USDC');
  });

  it('sums to 0 for every asset, and gives the same holdings in any order', () => {
    const amount = fc.bigInt({ min: 1n, max: 10n ** 36n });
    const signed = fc.bigInt({ min: -(10n ** 36n), max: 10n ** 36n });
    const movement = fc.record({
      assetId: fc.constantFrom('A', 'B'),
      side: fc.constantFrom('LONG' as const, 'SHORT' as const),
      quantity: signed,
      cash: signed,
      fee: signed,
      collateral: signed,
    });
    const transaction: fc.Arbitrary<readonly LedgerLine[]> = fc.oneof(
      amount.map((value) => depositCash('USDC', value)),
      amount.map((value) => withdrawCash('USDC', value)),
      amount.map((value) => depositPosition('A', value)),
      movement.map((value) => bookMovement('FILL', 'USDC', value)),
      movement.map((value) => bookMovement('CORRECTION', 'USDC', value)),
    );
    fc.assert(
      fc.property(fc.array(transaction, { maxLength: 12 }), (transactions) => {
        for (const lines of transactions) expect(imbalanceOf(lines)).toBeUndefined();
        const lines = transactions.flat();
        expect(holdingsOf(lines.toReversed())).toEqual(holdingsOf(lines));
      }),
      { seed: 20260718, numRuns: 500 },
    );
  });
});
