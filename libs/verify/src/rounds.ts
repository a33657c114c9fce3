import { nearest } from './exact.js';
import type { Policy, Strategy } from './plan-inputs.js';
import type { Assessed, Score } from './scores.js';

/** What the rounds came to, in bps. */
export interface Allocation {
  readonly reserve: number;
  readonly idle: number;
  /** By strategyId, only above 0. */
  readonly weights: ReadonlyMap<string, number>;
}

/** A strategy that may receive weight. */
export interface Candidate {
  readonly strategy: Strategy;
  readonly score: Score;
}

const WHOLE = 10_000;

/** The reserve: the minimum and 100 for each strategy with an operational haircut of 500, up to 3000. */
export function reserveOf(policy: Policy, assessed: readonly Assessed[]): number {
  const unhealthy = assessed.filter(({ score }) => (score?.operational ?? 0) >= 500).length;
  return Math.min(3_000, Math.max(policy.reserve, policy.reserve + 100 * unhealthy));
}

/** The strategies that may receive weight, best score first, ties by id. */
export function candidatesOf(assessed: readonly Assessed[]): readonly Candidate[] {
  const passed: Candidate[] = [];
  for (const { strategy, score, failed } of assessed) {
    if (score !== undefined && failed === undefined) passed.push({ strategy, score });
  }
  return passed.sort(
    (left, right) =>
      right.score.score - left.score.score ||
      (left.strategy.strategyId < right.strategy.strategyId ? -1 : 1),
  );
}

/** Allocates in rounds (solver rules): shares are frozen at the start of a round, caps are live. */
export function allocate(policy: Policy, assessed: readonly Assessed[]): Allocation {
  const reserve = reserveOf(policy, assessed);
  const candidates = candidatesOf(assessed);
  const weights = new Map<string, number>();
  const roomOf = (strategy: Strategy): number => room(policy, candidates, weights, strategy);
  let remaining = WHOLE - reserve;
  for (let granted = true; granted && remaining > 0;) {
    granted = false;
    const start = BigInt(remaining);
    const eligible = candidates.filter(({ strategy }) => roomOf(strategy) > 0);
    const sum = eligible.reduce((all, { score }) => all + BigInt(score.score), 0n);
    for (const { strategy, score } of eligible) {
      const want = Math.max(100, Number(nearest(start * BigInt(score.score), sum)));
      const grant = Math.min(want, roomOf(strategy), remaining);
      if (grant <= 0) continue;
      weights.set(strategy.strategyId, (weights.get(strategy.strategyId) ?? 0) + grant);
      remaining -= grant;
      granted = true;
    }
  }
  return { reserve, idle: remaining, weights };
}

/** What the caps leave a strategy beside the weights; below 0 when they break one. */
export function room(
  policy: Policy,
  candidates: readonly Candidate[],
  weights: ReadonlyMap<string, number>,
  strategy: Strategy,
): number {
  const usedBy = (matches: (other: Strategy) => boolean): number =>
    candidates
      .filter((one) => matches(one.strategy))
      .reduce((used, one) => used + (weights.get(one.strategy.strategyId) ?? 0), 0);
  const { protocol } = strategy;
  const protocolCap = policy.protocolCaps.get(protocol) ?? policy.defaultProtocolCap;
  const sameProtocol = usedBy((other) => other.protocol === protocol);
  const rooms = [
    Math.min(strategy.cap, policy.strategyCap) - (weights.get(strategy.strategyId) ?? 0),
    protocolCap - sameProtocol,
  ];
  if (strategy.exotic) rooms.push(policy.exoticCap - usedBy((other) => other.exotic));
  if (protocol === 'marginfi') rooms.push(policy.marginFiCap - sameProtocol);
  return Math.min(...rooms);
}
