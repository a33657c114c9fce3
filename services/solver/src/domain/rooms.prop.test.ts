import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { present } from '@trimtab/core';
import { assess } from './candidates.js';
import { limitsOf } from './constraints/limits.js';
import { roomOf } from './constraints/room.js';
import { createUsage } from './constraints/usage.js';
import { problemArbitrary } from './problem.fixture.js';
import { createRooms } from './rooms.js';

describe('rooms kept as numbers', () => {
  it('are those of the caps, with the same cap binding first, after any grants', () => {
    fc.assert(
      fc.property(
        problemArbitrary,
        fc.array(fc.tuple(fc.nat(), fc.nat(4000)), { maxLength: 20 }),
        ({ strategies, policy, manager }, takes) => {
          const { candidates } = assess(strategies, manager);
          fc.pre(candidates.length > 0);
          const rooms = createRooms(candidates, policy);
          const usage = createUsage();
          const limits = limitsOf(policy);
          const agree = (): void =>
            candidates.forEach(({ strategy }, index) => {
              const { roomBps, binding } = roomOf(strategy, limits, usage);
              expect(rooms.roomBps(index)).toBe(roomBps);
              expect(rooms.bindingCap(index)).toBe(binding[0]?.constraint.name);
            });
          agree();
          for (const [pick, wanted] of takes) {
            const index = pick % candidates.length;
            const { strategy } = present(candidates[index], 'in range');
            const grantBps = Math.min(wanted, rooms.roomBps(index));
            rooms.take(index, grantBps);
            usage.add(strategy, grantBps);
            agree();
          }
        },
      ),
      { seed: 20260718, numRuns: 200 },
    );
  });
});
