import { compare, invariant, sorted } from '@trimtab/core';
import type { PositionKey, Side } from './position.js';

/**
 * The double-entry ledger (order generation rules, section 6): a vault's cash and positions change
 * only by transactions, and the lines of one transaction sum to 0 for every asset. What a position
 * owes (a short) is a negative amount of its asset.
 */

/** Why a line was booked; SPLIT, MERGE and SETTLE are of an option series. */
export const LEDGER_KINDS = [
  'DEPOSIT',
  'WITHDRAWAL',
  'FILL',
  'FEE',
  'CORRECTION',
  'SPLIT',
  'MERGE',
  'SETTLE',
] as const;
/** Why a line was booked. */
export type LedgerKind = (typeof LEDGER_KINDS)[number];

/** The vault's own accounts CASH, POSITION and COLLATERAL, and the contra accounts. */
export const LEDGER_ACCOUNTS = [
  'CASH',
  'POSITION',
  'COLLATERAL',
  'OWNER',
  'VENUE',
  'FEES',
  'SERIES',
] as const;
/** An account of the ledger. */
export type LedgerAccount = (typeof LEDGER_ACCOUNTS)[number];

/** One line of a transaction. */
export interface LedgerLine {
  readonly kind: LedgerKind;
  readonly account: LedgerAccount;
  /** The asset that moves: the underlying for CASH and COLLATERAL. */
  readonly assetId: string;
  /** The position; POSITION and COLLATERAL only. */
  readonly position?: PositionKey;
  /** The change, signed, in base units of the asset. */
  readonly amount: bigint;
}

/** What an execution, or a correction of one, moved between a vault and a venue. */
export interface Movement extends PositionKey {
  /** Change of the position's quantity, signed, in base units of the asset. */
  readonly quantity: bigint;
  /** Net change of the vault's cash, signed, fee and collateral included, in base units of the underlying. */
  readonly cash: bigint;
  /** Change of the fees paid, in base units of the underlying. */
  readonly fee: bigint;
  /** Change of the collateral behind a short, signed, in base units of the underlying. */
  readonly collateral: bigint;
}

/** Money from the owner: raises the cash. */
export function depositCash(underlying: string, amount: bigint): readonly LedgerLine[] {
  return pair('DEPOSIT', { account: 'CASH', assetId: underlying }, 'OWNER', amount);
}

/** A long position from the owner, in kind. */
export function depositPosition(assetId: string, amount: bigint): readonly LedgerLine[] {
  return pair('DEPOSIT', longAccount(assetId), 'OWNER', amount);
}

/** Money to the owner. */
export function withdrawCash(underlying: string, amount: bigint): readonly LedgerLine[] {
  return pair('WITHDRAWAL', { account: 'CASH', assetId: underlying }, 'OWNER', -amount);
}

/** A part of a long position to the owner, in kind. */
export function withdrawPosition(assetId: string, amount: bigint): readonly LedgerLine[] {
  return pair('WITHDRAWAL', longAccount(assetId), 'OWNER', -amount);
}

/**
 * An execution: quantity and money against the venue, the fee against fees, and collateral between
 * the vault's own accounts. A movement of nothing has no lines.
 */
export function bookMovement(
  kind: 'FILL' | 'CORRECTION',
  underlying: string,
  movement: Movement,
): readonly LedgerLine[] {
  const { assetId, side, quantity, cash, fee, collateral } = movement;
  const position = { assetId, side };
  const cashAccount = { account: 'CASH', assetId: underlying } as const;
  const collateralAccount = { account: 'COLLATERAL', assetId: underlying, position } as const;
  const lines = [
    ...pair(kind, { account: 'POSITION', assetId, position }, 'VENUE', signOf(side) * quantity),
    ...pair(kind, cashAccount, 'VENUE', cash + fee + collateral),
    ...pair(kind === 'FILL' ? 'FEE' : kind, cashAccount, 'FEES', -fee),
    ...(collateral === 0n
      ? []
      : [
          { kind, ...cashAccount, amount: -collateral },
          { kind, ...collateralAccount, amount: collateral },
        ]),
  ];
  invariant(imbalanceOf(lines) === undefined, 'a movement is booked with both its sides');
  return lines;
}

/** The first asset, by id, whose lines do not sum to 0; absent when the transaction is balanced. */
export function imbalanceOf(lines: Iterable<LedgerLine>): string | undefined {
  const sums = new Map<string, bigint>();
  for (const { assetId, amount } of lines) sums.set(assetId, (sums.get(assetId) ?? 0n) + amount);
  const broken = Array.from(sums).filter(([, sum]) => sum !== 0n);
  return sorted(broken, ([left], [right]) => compare(left, right))[0]?.[0];
}

/** An account of the vault itself. */
export interface OwnAccount {
  readonly account: 'CASH' | 'POSITION' | 'COLLATERAL';
  readonly assetId: string;
  readonly position?: PositionKey;
}

/** `amount` into an account of the vault, out of a contra account; nothing for an amount of 0. */
export function pair(
  kind: LedgerKind,
  own: OwnAccount,
  contra: 'OWNER' | 'VENUE' | 'FEES' | 'SERIES',
  amount: bigint,
): readonly LedgerLine[] {
  if (amount === 0n) return [];
  return [
    { kind, ...own, amount },
    { kind, account: contra, assetId: own.assetId, amount: -amount },
  ];
}

/** The account of a long position. */
export function longAccount(assetId: string): OwnAccount {
  return { account: 'POSITION', assetId, position: { assetId, side: 'LONG' } };
}

/** A long's lines are its quantity; a short's are what it owes. */
export function signOf(side: Side): bigint {
  return side === 'LONG' ? 1n : -1n;
}
