import { describe, expect, it } from 'vitest';
import { allocate } from './allocate.js';
import { assess } from './candidates.js';
import { limitsOf } from './constraints/limits.js';
import { roomOf } from './constraints/room.js';
import { createUsage } from './constraints/usage.js';
import { managerOf, policyOf, scoring } from './solver.fixture.js';

/** A list whose items count how often any of their fields is read. */
function counted<T extends object>(
  items: readonly T[],
): { items: readonly T[]; reads: () => number } {
  let reads = 0;
  const handler = {
    get: (target: T, key: string | symbol): unknown => {
      reads += 1;
      return Reflect.get(target, key);
    },
  };
  return { items: items.map((item) => new Proxy(item, handler)), reads: () => reads };
}

/** As many strategies as protocols, all with caps of their own, in an order that is not theirs. */
function readsOf(count: number): { scoring: number; caps: number; rounds: number[]; room: number } {
  const id = (index: number): string => `s${String((index * 7919) % count).padStart(6, '0')}`;
  const inputs = Array.from({ length: count }, (_, index) => {
    const strategyId = id(index);
    // Caps of 1 keep the greater half out of every round but the first.
    const capBps = index % 2 === 0 ? 1 : 10_000;
    return scoring(strategyId, 1 + (index % 900), { protocol: strategyId, strategyCapBps: capBps });
  });
  const definitions = counted(inputs.map(({ strategy }) => strategy));
  const strategies = inputs.map((input, index) => ({
    ...input,
    strategy: definitions.items[index] ?? input.strategy,
  }));
  const protocolCaps = counted(
    inputs.map(({ strategy }) => ({ protocol: strategy.protocol, capBps: 9_999 })),
  );
  const policy = policyOf({ protocolCaps: protocolCaps.items });
  const { candidates } = assess(strategies, managerOf(inputs));
  const scoringReads = definitions.reads();
  const scores = counted(candidates.map(({ score }) => score));
  const ranked = candidates.map((candidate, index) => ({
    ...candidate,
    score: scores.items[index] ?? candidate.score,
  }));
  const { rounds } = allocate({ candidates: ranked, policy, reserveBps: 0 });
  const caps = protocolCaps.reads();
  const limits = limitsOf(policy);
  const usage = createUsage();
  for (const { strategy } of candidates) roomOf(strategy, limits, usage);
  return {
    scoring: scoringReads,
    caps,
    rounds: [scores.reads(), rounds.length],
    room: protocolCaps.reads() - caps,
  };
}

describe('the work of a solve', () => {
  it.each([1_000, 10_000])(
    'of %s strategies is O(n log n), and O(eligible) in a round',
    (count) => {
      const { scoring: scoringReads, caps, rounds, room } = readsOf(count);
      const [scoreReads = 0, roundCount = 0] = rounds;
      // Scoring and filters read some fields of each; sorting reads two for each comparison.
      expect(scoringReads).toBeLessThanOrEqual(count * (12 + 2 * Math.ceil(Math.log2(count))));
      // Every protocol's cap is read once, whoever asks how often: a name and a limit.
      expect(caps).toBe(2 * count);
      expect(room).toBe(2 * count);
      // One read of each eligible candidate's score in a round, and two more for each grant.
      expect(roundCount).toBeGreaterThan(0);
      expect(scoreReads).toBeLessThanOrEqual(count * roundCount + 2 * 10_000);
    },
  );
});
