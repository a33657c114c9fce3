import { compare, sorted } from '@trimtab/core';
import { seriesSums } from './audit-series.js';
import { holdingsOf } from './ledger-holdings.js';
import type { LedgerLine } from './ledger.js';
import { positionText, type Position } from './position.js';

/**
 * The conservation audit (order generation rules, section 6): every balance is recomputed from the
 * lines of the ledger. One unit of drift is too much.
 */

/** The books of one vault at one moment. */
export interface VaultBooks {
  readonly vaultId: string;
  readonly version: number;
  readonly frozen: boolean;
  /** The underlying. */
  readonly denomination: string;
  /** The balances as they are stored. */
  readonly cash: bigint;
  readonly positions: readonly Position[];
  /** The number of lines that were ever booked. */
  readonly ledgerSequence: number;
  /** What is stored of the lines. */
  readonly lineCount: number;
  readonly lastSequence: number;
  /** The lines, or their sums by kind, account, asset and position: all that is audited follows from either. */
  readonly lines: readonly LedgerLine[];
  /** Transactions whose lines do not sum to 0 for an asset, by transaction id and asset; not all of them. */
  readonly imbalances: readonly LedgerImbalance[];
}

/** A transaction whose lines do not sum to 0. */
export interface LedgerImbalance {
  readonly transactionId: string;
  readonly assetId: string;
  readonly sum: bigint;
}

/** One way in which the books disagree. */
export interface Drift {
  /** `cash`, `quantity`, `collateral`, `series`, `transaction` or `lines`. */
  readonly what: 'cash' | 'quantity' | 'collateral' | 'series' | 'transaction' | 'lines';
  /** The asset and side, the transaction, or the vault that it is about. */
  readonly subject: string;
  /** What the ledger says: of a series its P, of its base asset what was split. */
  readonly ledger: bigint;
  /** What is stored, or must be: of a series its N, of its base asset the P of its series. */
  readonly balance: bigint;
}

/** Every drift of a vault, in a fixed order; none when the books agree. */
export function driftOf(books: VaultBooks): readonly Drift[] {
  const held = holdingsOf(books.lines);
  const cash: Drift = {
    what: 'cash',
    subject: books.denomination,
    ledger: held.cash,
    balance: books.cash,
  };
  return [
    cash,
    ...positionsOf(held.positions, books.positions),
    ...seriesSums(books.lines).map(({ subject, one, other }): Drift => ({
      what: 'series',
      subject,
      ledger: one,
      balance: other,
    })),
    ...linesOf(books),
  ].filter(({ ledger, balance }) => ledger !== balance);
}

/** Drift for a reader: what it is, the sum of the ledger, and the balance. */
export function driftText(drift: readonly Drift[]): string {
  return drift
    .map(
      ({ what, subject, ledger, balance }) =>
        `${what} of ${subject}: ledger ${ledger}, balance ${balance}`,
    )
    .join('; ');
}

function positionsOf(booked: readonly Position[], stored: readonly Position[]): readonly Drift[] {
  const ledger = new Map(booked.map((position) => [positionText(position), position]));
  const balance = new Map(stored.map((position) => [positionText(position), position]));
  const subjects = sorted(new Set([...ledger.keys(), ...balance.keys()]), compare);
  return subjects.flatMap((subject) =>
    (['quantity', 'collateral'] as const).map((what) => ({
      what,
      subject,
      ledger: ledger.get(subject)?.[what] ?? 0n,
      balance: balance.get(subject)?.[what] ?? 0n,
    })),
  );
}

/** Lines are numbered from 1 without gaps, and each transaction sums to 0. */
function linesOf(books: VaultBooks): readonly Drift[] {
  const { vaultId, ledgerSequence, lineCount, lastSequence, imbalances } = books;
  const expected = BigInt(ledgerSequence);
  const subject = `vault ${vaultId}`;
  return [
    { what: 'lines', subject, ledger: BigInt(lineCount), balance: expected },
    {
      what: 'lines',
      subject: `${subject} up to the last`,
      ledger: BigInt(lastSequence),
      balance: expected,
    },
    ...imbalances.map(({ transactionId, assetId, sum }): Drift => ({
      what: 'transaction',
      subject: `${transactionId} in ${assetId}`,
      ledger: sum,
      balance: 0n,
    })),
  ];
}
