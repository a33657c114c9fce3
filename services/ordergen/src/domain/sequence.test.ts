import { describe, expect, it } from 'vitest';
import type { ActionGroup, DraftAction } from './action.js';
import { unwrap } from './fold.fixture.js';
import { sequence, type Sequencing } from './sequence.js';

const draft = (
  assetId: string,
  group: ActionGroup,
  deltaExposure: bigint,
  deltaNet = deltaExposure,
): DraftAction => ({
  assetId,
  side: 'LONG',
  group,
  deltaExposure,
  deltaCollateral: deltaExposure,
  deltaNet,
});

const GUIDELINE: Sequencing = { kind: 'GUIDELINE' };
const order = (drafts: readonly DraftAction[], sequencing: Sequencing): string =>
  unwrap(sequence(drafts, sequencing))
    .map(({ assetId, index }) => `${index}${assetId}`)
    .join(' ');
const drafts = [
  draft('A', 3, 10n),
  draft('B', 3, -30n, 5n), // closing a short: |δexposure| counts
  draft('C', 2, -20n),
  draft('D', 2, 7n, -1n),
  draft('E', 2, -5n),
  draft('G', 1, -3n),
  draft('F', 1, -90n),
];

describe('the guideline', () => {
  it('is full exits by asset, releases by signed exposure descending, buys by size', () => {
    expect(order(drafts, GUIDELINE)).toBe('0F 1G 2D 3E 4C 5B 6A');
  });

  it('does not depend on the order of its input', () => {
    expect(order([...drafts].reverse(), GUIDELINE)).toBe(order(drafts, GUIDELINE));
  });

  it('breaks ties by asset and side in code units', () => {
    const tied = [
      draft('b', 3, 5n),
      draft('B', 3, -5n, 5n),
      { ...draft('B', 3, 5n), side: 'SHORT' as const },
    ];
    const sides = unwrap(sequence(tied, GUIDELINE)).map(
      ({ assetId, side }) => `${assetId} ${side}`,
    );
    expect(sides).toEqual(['B LONG', 'B SHORT', 'b LONG']);
  });
});

describe('T6: the largest release first', () => {
  it('is another order by name, where the guideline lets small releases come first', () => {
    expect(order(drafts, { kind: 'LARGEST_RELEASE_FIRST' })).toBe('0F 1G 2C 3E 4D 5B 6A');
  });
});

describe("T22: a manager's own order", () => {
  const explicit = (...assets: readonly string[]): Sequencing => ({
    kind: 'EXPLICIT',
    order: assets.map((assetId) => ({ assetId, side: 'LONG' })),
  });
  const problems = (...assets: readonly string[]): readonly string[] => {
    const result = sequence(drafts, explicit(...assets));
    return result.ok
      ? []
      : result.error.violations.map(({ field, message }) => `${field}: ${message}`);
  };

  it('may be any permutation inside each leg', () => {
    expect(order(drafts, explicit('E', 'F', 'C', 'D', 'G', 'A', 'B'))).toBe('0E 1F 2C 3D 4G 5A 6B');
  });

  it('never puts a sell after a buy', () => {
    expect(problems('E', 'F', 'C', 'D', 'A', 'G', 'B')).toEqual([
      'action_order[5]: G LONG is a sell after a buy, all sells must come first',
    ]);
  });

  it('names every action once: missing, unknown and repeated ones are all reported', () => {
    expect(problems('E', 'F', 'C', 'D', 'G', 'A', 'A', 'X')).toEqual([
      'action_order[6]: A LONG is not an open action of this rebalance',
      'action_order[7]: X LONG is not an open action of this rebalance',
      'action_order: B LONG is missing',
    ]);
  });
});
