import { BPS_WHOLE } from '@trimtab/decimal';
import type { AllocationProblem } from '../allocate.js';
import { MARGINFI_PROTOCOL } from '../policy.js';

/**
 * The allocation as a linear program: the greatest Σ weight · score where no weight is negative and
 * every cap holds (solver rules, exact mode).
 *
 * All its vertices are whole bps. The caps of single strategies, of protocols (which do not overlap)
 * and of all together are one laminar family, the exotic strategies are another. The rows of two
 * laminar families are a network matrix: a weight is an arc that leaves its protocol's node, and the
 * exotic ones pass one more node on their way out. A network matrix is totally unimodular, so with
 * whole limits and whole scores the optimal weights and the optimal prices can both be chosen whole
 * (Hoffman and Kruskal, 1956; Schrijver, Combinatorial Optimization, 2003, theorems 13.20 and 48.5).
 * Nothing here relies on it unseen: every answer is checked with integers (`proof.ts`).
 */
export interface ExactProblem {
  /** Score descending, then strategyId ascending. */
  readonly items: readonly ExactItem[];
  /** By the index that the items name. */
  readonly protocols: readonly ProtocolLimit[];
  readonly exoticLimitBps: number;
  /** What the reserve leaves, of all strategies together. */
  readonly totalLimitBps: number;
}

/** A candidate as the program sees it. */
export interface ExactItem {
  readonly strategyId: string;
  /** Above 0. */
  readonly scoreBps: number;
  /** The smaller of the strategy's own cap and the policy's. */
  readonly limitBps: number;
  /** Which of the two that is; the strategy's own if they are equal. */
  readonly limitedBy: 'STRATEGY' | 'POLICY_STRATEGY';
  readonly otherLimitBps: number;
  /** Index into the protocols. */
  readonly protocol: number;
  readonly exotic: boolean;
}

/** The cap of one protocol, for "marginfi" the smaller of its two. */
export interface ProtocolLimit {
  readonly name: string;
  readonly limitBps: number;
  /** Which cap that is; the protocol's if they are equal. */
  readonly limitedBy: 'PROTOCOL' | 'MARGIN_FI';
  /** The other cap of "marginfi"; absent for other protocols. */
  readonly otherLimitBps?: number;
}

/** States the program of an allocation. */
export function exactProblemOf(problem: AllocationProblem): ExactProblem {
  const { candidates, policy, reserveBps } = problem;
  const capByProtocol = new Map(policy.protocolCaps.map((cap) => [cap.protocol, cap.capBps]));
  const indexByProtocol = new Map<string, number>();
  const protocols: ProtocolLimit[] = [];
  const indexOf = (name: string): number => {
    const known = indexByProtocol.get(name);
    if (known !== undefined) return known;
    const capBps = capByProtocol.get(name) ?? policy.defaultProtocolCapBps;
    indexByProtocol.set(name, protocols.length);
    return protocols.push(protocolLimit(name, capBps, policy.marginFiCapBps)) - 1;
  };
  const items = candidates.map(({ strategy, score }): ExactItem => {
    const own = strategy.strategyCapBps <= policy.strategyCapBps;
    return {
      strategyId: strategy.strategyId,
      scoreBps: score.scoreBps,
      limitBps: own ? strategy.strategyCapBps : policy.strategyCapBps,
      limitedBy: own ? 'STRATEGY' : 'POLICY_STRATEGY',
      otherLimitBps: own ? policy.strategyCapBps : strategy.strategyCapBps,
      protocol: indexOf(strategy.protocol),
      exotic: strategy.exotic,
    };
  });
  return {
    items,
    protocols,
    exoticLimitBps: policy.exoticCapBps,
    totalLimitBps: BPS_WHOLE - reserveBps,
  };
}

function protocolLimit(name: string, capBps: number, marginFiCapBps: number): ProtocolLimit {
  if (name !== MARGINFI_PROTOCOL) return { name, limitBps: capBps, limitedBy: 'PROTOCOL' };
  return capBps <= marginFiCapBps
    ? { name, limitBps: capBps, limitedBy: 'PROTOCOL', otherLimitBps: marginFiCapBps }
    : { name, limitBps: marginFiCapBps, limitedBy: 'MARGIN_FI', otherLimitBps: capBps };
}
