import {
  compare,
  domainError,
  err,
  ok,
  sorted,
  type DomainError,
  type Result,
} from '@trimtab/core';
import { compareIntegers, max } from '@trimtab/decimal';

/**
 * What never changes during a rebalance: the original amounts and caps of its actions, in index
 * order, and the order in which sells would be pinned (order generation rules, sections 3 and 4).
 * Built once; a result reads a constant number of its entries.
 */
export interface RebalanceProgram {
  /** Underlying at hand when the rebalance was generated, in base units. */
  readonly cash: bigint;
  /** The underlying that price slippage must not touch. */
  readonly underlyingFloor: bigint;
  /** Original amounts |Δ| by index, sells first. */
  readonly amounts: readonly bigint[];
  /** Caps of the sells, by index. */
  readonly caps: readonly bigint[];
  readonly sellCount: number;
  /** Σ original sells. */
  readonly sells: bigint;
  /** Σ original buys. */
  readonly buys: bigint;
  /** What the buy leg starts with, after the funding check. */
  readonly fundedBuys: bigint;
  /** `cash + Σ sells − Σ buys` after the funding check. */
  readonly targetCash: bigint;
  /**
   * The sells by cap ratio `cap / amount` ascending, ties by index. The ratios are static and every
   * sell of a leg is scaled by one factor, so this is the order of pinning, whatever happens;
   * amounts of 0 take no part.
   */
  readonly pinOrder: readonly number[];
  /** The place of each sell in `pinOrder`; for amounts of 0 its length. */
  readonly pinRanks: readonly number[];
}

/** A sell as the fold sees it, in base units of the underlying. */
export interface SellAmount {
  readonly amount: bigint;
  readonly cap: bigint;
}

/** What a program is built from. */
export interface ProgramInput {
  readonly cash: bigint;
  readonly underlyingFloor: bigint;
  /** In index order. */
  readonly sells: readonly SellAmount[];
  /** In index order, following the sells. */
  readonly buys: readonly bigint[];
}

/**
 * Builds a program and makes the funding check: buys that cash and sells cannot pay while keeping
 * the floor are cut, and what exceeds them is dropped. Refuses AMOUNT_OUT_OF_RANGE (a negative
 * amount, or a sell above its cap) and FLOOR_OUT_OF_RANGE (a negative floor).
 */
export function createProgram(input: ProgramInput): Result<RebalanceProgram, DomainError> {
  const refusal = refusalOf(input);
  if (refusal !== undefined) return err(refusal);
  const sells = sum(input.sells.map(({ amount }) => amount));
  const buys = sum(input.buys);
  const shortfall = max(0n, input.underlyingFloor - (input.cash + sells - buys));
  const fundedBuys = max(0n, buys - shortfall);
  const pinOrder = pinOrderOf(input.sells);
  return ok({
    cash: input.cash,
    underlyingFloor: input.underlyingFloor,
    amounts: [...input.sells.map(({ amount }) => amount), ...input.buys],
    caps: input.sells.map(({ cap }) => cap),
    sellCount: input.sells.length,
    sells,
    buys,
    fundedBuys,
    targetCash: input.cash + sells - fundedBuys,
    pinOrder,
    pinRanks: ranksOf(pinOrder, input.sells.length),
  });
}

function refusalOf(input: ProgramInput): DomainError | undefined {
  if (input.underlyingFloor < 0n) {
    return domainError(
      'INVALID_ARGUMENT',
      'FLOOR_OUT_OF_RANGE',
      `the underlying floor was ${input.underlyingFloor}, must be at least 0`,
      { underlying_floor: input.underlyingFloor.toString() },
    );
  }
  for (const [index, { amount, cap }] of input.sells.entries()) {
    if (amount < 0n || amount > cap) return amountRefusal(index, amount, `0 to its cap ${cap}`);
  }
  for (const [place, amount] of input.buys.entries()) {
    if (amount < 0n) return amountRefusal(input.sells.length + place, amount, 'at least 0');
  }
  return undefined;
}

function amountRefusal(index: number, amount: bigint, allowed: string): DomainError {
  return domainError(
    'INVALID_ARGUMENT',
    'AMOUNT_OUT_OF_RANGE',
    `the amount of action ${index} was ${amount}, must be ${allowed}`,
    { index: String(index), amount: amount.toString() },
  );
}

function pinOrderOf(sells: readonly SellAmount[]): readonly number[] {
  const scaled: RankedSell[] = [];
  for (const [index, { amount, cap }] of sells.entries()) {
    if (amount > 0n) scaled.push({ index, amount, cap, ratio: (cap << RATIO_BITS) / amount });
  }
  return sorted(scaled, byCapRatio).map(({ index }) => index);
}

interface RankedSell extends SellAmount {
  readonly index: number;
  /** `floor(cap / amount)` in units of 2^-64: it settles most comparisons without a product. */
  readonly ratio: bigint;
}

const RATIO_BITS = 64n;

/** By `cap / amount` exactly, then by index. */
function byCapRatio(left: RankedSell, right: RankedSell): number {
  return (
    compareIntegers(left.ratio, right.ratio) ||
    compareIntegers(left.cap * right.amount, right.cap * left.amount) ||
    compare(left.index, right.index)
  );
}

function ranksOf(pinOrder: readonly number[], sellCount: number): readonly number[] {
  const ranks = new Array<number>(sellCount).fill(pinOrder.length);
  for (const [rank, index] of pinOrder.entries()) ranks[index] = rank;
  return ranks;
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}
