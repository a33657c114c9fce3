import { describe, expect, it } from 'vitest';
import { driftOf, driftText, type VaultBooks } from './audit-books.js';
import { bookMovement, depositCash, depositPosition } from './ledger.js';

const LINES = [
  ...depositCash('USDC', 1_000n),
  ...depositPosition('A', 7n),
  ...bookMovement('FILL', 'USDC', {
    assetId: 'S',
    side: 'SHORT',
    quantity: 100n,
    cash: -51n,
    fee: 1n,
    collateral: 150n,
  }),
];

const BOOKS: VaultBooks = {
  vaultId: 'v',
  version: 4,
  frozen: false,
  denomination: 'USDC',
  cash: 949n,
  positions: [
    { assetId: 'A', side: 'LONG', quantity: 7n, collateral: 0n },
    { assetId: 'S', side: 'SHORT', quantity: 100n, collateral: 150n },
  ],
  ledgerSequence: LINES.length,
  lineCount: LINES.length,
  lastSequence: LINES.length,
  lines: LINES,
  imbalances: [],
};

describe('the audit of the books', () => {
  it('finds nothing in books that agree', () => {
    expect(driftOf(BOOKS)).toEqual([]);
    expect(driftText(driftOf(BOOKS))).toBe('');
  });

  it.each<readonly [string, Partial<VaultBooks>, string]>([
    ['cash', { cash: 950n }, 'cash of USDC: ledger 949, balance 950'],
    [
      'a quantity',
      {
        positions: [
          { assetId: 'A', side: 'LONG', quantity: 6n, collateral: 0n },
          ...BOOKS.positions.slice(1),
        ],
      },
      'quantity of A LONG: ledger 7, balance 6',
    ],
    [
      'collateral',
      {
        positions: [
          ...BOOKS.positions.slice(0, 1),
          { assetId: 'S', side: 'SHORT', quantity: 100n, collateral: 151n },
        ],
      },
      'collateral of S SHORT: ledger 150, balance 151',
    ],
    [
      'a position that is gone',
      { positions: BOOKS.positions.slice(1) },
      'quantity of A LONG: ledger 7, balance 0',
    ],
    [
      'a position out of nowhere',
      {
        positions: [
          ...BOOKS.positions,
          { assetId: 'X', side: 'LONG', quantity: 1n, collateral: 0n },
        ],
      },
      'quantity of X LONG: ledger 0, balance 1',
    ],
    [
      'a line that is gone',
      { lineCount: LINES.length - 1 },
      `lines of vault v: ledger ${LINES.length - 1}, balance ${LINES.length}`,
    ],
    [
      'a transaction',
      { imbalances: [{ transactionId: 't', assetId: 'USDC', sum: -1n }] },
      'transaction of t in USDC: ledger -1, balance 0',
    ],
  ])('names one unit of drift in %s', (_, change, text) => {
    expect(driftText(driftOf({ ...BOOKS, ...change }))).toBe(text);
  });
});
