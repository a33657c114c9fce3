import { compare, invariant, sorted, type Clock } from '@trimtab/core';
import { UNDERLYING } from '@trimtab/strategy';
import type { LedgerLine, VaultPosition } from '../application/ports.js';

/** A line that shall be booked; its number, time and transaction come from the books. */
export type NewLine = Pick<LedgerLine, 'kind' | 'account' | 'assetId' | 'amount'>;

/** The accounts that a vault owns. */
export type OwnAccount = 'CASH' | 'POSITION';
/** The accounts that its own are booked against. */
export type ContraAccount = Exclude<LedgerLine['account'], OwnAccount | 'COLLATERAL'>;

/**
 * The double-entry books of one vault (order generation rules, section 6): what it holds follows from
 * its lines and from nothing else. Longs only: the option index holds no shorts.
 */
export interface Books {
  /** In base units of the underlying, at least 0. */
  cash(): bigint;
  /** In base units of the asset; 0 of what is not held. */
  quantityOf(assetId: string): bigint;
  /** By asset id, without empty ones. */
  positions(): readonly VaultPosition[];
  /** Rises with every transaction. */
  version(): number;
  /** Every line, by sequence. */
  lines(): readonly LedgerLine[];
  /**
   * Books one transaction; one of no lines is none.
   *
   * @throws InvariantViolation when the lines of an asset do not sum to 0, or more than is held goes
   */
  book(lines: readonly NewLine[]): void;
}

/** Opens empty books. */
export function createBooks(clock: Clock): Books {
  const held = new Map<string, bigint>();
  const kept: LedgerLine[] = [];
  let version = 0;
  const quantityOf = (assetId: string): bigint => held.get(assetId) ?? 0n;
  return {
    cash: () => quantityOf(UNDERLYING),
    quantityOf,
    positions: () => positionsOf(held),
    version: () => version,
    lines: () => kept,
    book: (lines) => {
      if (lines.length === 0) return;
      const unbalanced = imbalanceOf(lines);
      invariant(unbalanced === undefined, `the lines of ${unbalanced ?? ''} must sum to 0`);
      version += 1;
      for (const line of lines) {
        kept.push({
          ...line,
          sequence: kept.length + 1,
          transactionId: `transaction-${version}`,
          side: 'LONG',
          positionAssetId: '',
          bookTime: clock.now(),
        });
        if (isOwn(line)) held.set(line.assetId, quantityOf(line.assetId) + line.amount);
      }
      for (const { assetId } of lines) {
        const left = quantityOf(assetId);
        invariant(left >= 0n, `${left} of ${assetId} would be held, must be at least 0`);
      }
    },
  };
}

/** `amount` into an account of the vault, out of a contra account; nothing for an amount of 0. */
export function pair(
  kind: LedgerLine['kind'],
  assetId: string,
  contra: ContraAccount,
  amount: bigint,
): readonly NewLine[] {
  if (amount === 0n) return [];
  return [
    { kind, account: accountOf(assetId), assetId, amount },
    { kind, account: contra, assetId, amount: -amount },
  ];
}

/** The first asset, by id, whose lines do not sum to 0; absent when they balance. */
export function imbalanceOf(
  lines: Iterable<Pick<NewLine, 'assetId' | 'amount'>>,
): string | undefined {
  const sums = new Map<string, bigint>();
  for (const { assetId, amount } of lines) sums.set(assetId, (sums.get(assetId) ?? 0n) + amount);
  const broken = [...sums].filter(([, sum]) => sum !== 0n);
  return sorted(broken, ([left], [right]) => compare(left, right))[0]?.[0];
}

function accountOf(assetId: string): OwnAccount {
  return assetId === UNDERLYING ? 'CASH' : 'POSITION';
}

function isOwn({ account, assetId }: NewLine): boolean {
  return account === accountOf(assetId);
}

function positionsOf(held: ReadonlyMap<string, bigint>): readonly VaultPosition[] {
  const positions = [...held].flatMap(([assetId, quantity]): VaultPosition[] =>
    assetId === UNDERLYING || quantity === 0n
      ? []
      : [{ assetId, side: 'LONG', quantity, collateral: 0n }],
  );
  return sorted(positions, (left, right) => compare(left.assetId, right.assetId));
}
