import fc from 'fast-check';
import type { ExactItem, ExactProblem } from './exact-problem.js';

/** How large a random program may be; small scores and limits make many ties. */
export interface Size {
  readonly items: number;
  readonly limit: number;
  readonly score: number;
}

/** Random programs, with equal scores and caps of 0 among them. */
export function exactProblemArbitrary({ items, limit, score }: Size): fc.Arbitrary<ExactProblem> {
  const limitBps = fc.integer({ min: 0, max: limit });
  return fc
    .record({
      drawn: fc.array(
        fc.record({
          scoreBps: fc.integer({ min: 1, max: score }),
          limitBps,
          protocol: fc.nat(2),
          exotic: fc.boolean(),
        }),
        { maxLength: items },
      ),
      limits: fc.tuple(...[1, 2, 3].map(() => fc.integer({ min: 0, max: 2 * limit }))),
      exoticLimitBps: fc.integer({ min: 0, max: 2 * limit }),
      totalLimitBps: fc.integer({ min: 0, max: 3 * limit }),
    })
    .map(({ drawn, limits, ...rest }) => ({
      ...rest,
      items: [...drawn]
        .sort((left, right) => right.scoreBps - left.scoreBps)
        .map((item, rank): ExactItem => ({
          ...item,
          strategyId: `s${String(rank).padStart(4, '0')}`,
          limitedBy: 'STRATEGY',
          otherLimitBps: item.limitBps,
        })),
      protocols: limits.map((cap, index) => ({
        name: `protocol-${index}`,
        limitBps: cap,
        limitedBy: 'PROTOCOL',
      })),
    }));
}
