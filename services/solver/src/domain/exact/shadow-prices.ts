import { compare, sorted } from '@trimtab/core';
import type { ProvenOptimum } from './allocate-exact.js';

/** The caps that have prices, by the names of the contract. */
export type PricedCap =
  'STRATEGY' | 'POLICY_STRATEGY' | 'PROTOCOL' | 'EXOTIC' | 'MARGIN_FI' | 'REMAINING';

/** What one more bps of a cap that binds is worth. */
export interface ShadowPrice {
  readonly cap: PricedCap;
  /** The strategy or the protocol that it limits; absent for the others. */
  readonly name?: string;
  /** Score per bps of weight, 0 or more. */
  readonly price: bigint;
}

/** A cap, how much of it the optimum takes, and its price. */
interface CapLine extends ShadowPrice {
  readonly limitBps: number;
  readonly usedBps: number;
}

/**
 * The price of every cap that the optimum takes whole, by (cap, name). A cap that binds beside another
 * one of the same weights has the price 0: one more bps of it alone changes nothing. REMAINING is what
 * the reserve leaves.
 */
export function shadowPrices(optimum: ProvenOptimum): readonly ShadowPrice[] {
  const binding = [...itemLines(optimum), ...protocolLines(optimum), ...groupLines(optimum)].filter(
    ({ limitBps, usedBps }) => usedBps === limitBps,
  );
  return sorted(
    binding.map(({ cap, name, price }) => ({
      cap,
      ...(name === undefined ? {} : { name }),
      price,
    })),
    (left, right) => compare(left.cap, right.cap) || compare(left.name ?? '', right.name ?? ''),
  );
}

function itemLines({ problem, weights, prices }: ProvenOptimum): readonly CapLine[] {
  return problem.items.flatMap((item, rank): readonly CapLine[] => {
    const usedBps = weights[rank] ?? 0;
    const price = BigInt(prices.items[rank] ?? 0);
    const other = item.limitedBy === 'STRATEGY' ? 'POLICY_STRATEGY' : 'STRATEGY';
    const name = item.strategyId;
    return [
      { cap: item.limitedBy, name, price, limitBps: item.limitBps, usedBps },
      { cap: other, name, price: 0n, limitBps: item.otherLimitBps, usedBps },
    ];
  });
}

function protocolLines({ problem, weights, prices }: ProvenOptimum): readonly CapLine[] {
  const used = problem.protocols.map(() => 0);
  problem.items.forEach(({ protocol }, rank) => {
    used[protocol] = (used[protocol] ?? 0) + (weights[rank] ?? 0);
  });
  return problem.protocols.flatMap((protocol, index): readonly CapLine[] => {
    const { limitedBy, limitBps, otherLimitBps, name } = protocol;
    const usedBps = used[index] ?? 0;
    const price = BigInt(prices.protocols[index] ?? 0);
    const other = limitedBy === 'PROTOCOL' ? 'MARGIN_FI' : 'PROTOCOL';
    return [
      { cap: limitedBy, ...nameOf(limitedBy, name), price, limitBps, usedBps },
      ...(otherLimitBps === undefined
        ? []
        : [
            {
              cap: other,
              ...nameOf(other, name),
              price: 0n,
              limitBps: otherLimitBps,
              usedBps,
            } as const,
          ]),
    ];
  });
}

/** The cap of "marginfi" limits one protocol only and needs no name. */
function nameOf(cap: PricedCap, name: string): { readonly name?: string } {
  return cap === 'PROTOCOL' ? { name } : {};
}

function groupLines({ problem, weights, prices }: ProvenOptimum): readonly CapLine[] {
  const usedWhere = (counts: (rank: number) => boolean): number =>
    weights.reduce((sum, weight, rank) => sum + (counts(rank) ? weight : 0), 0);
  const hasExotic = problem.items.some(({ exotic }) => exotic);
  const exotic: CapLine = {
    cap: 'EXOTIC',
    price: BigInt(prices.exotic),
    limitBps: problem.exoticLimitBps,
    usedBps: usedWhere((rank) => problem.items[rank]?.exotic === true),
  };
  return [
    ...(hasExotic ? [exotic] : []),
    {
      cap: 'REMAINING',
      price: BigInt(prices.total),
      limitBps: problem.totalLimitBps,
      usedBps: usedWhere(() => true),
    },
  ];
}
