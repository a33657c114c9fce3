import { describe, expect, it } from 'vitest';
import {
  claimsOfRequest,
  claimsOfTrades,
  refuseActions,
  type AllowedActions,
} from './allowed-actions.js';
import { unwrap } from './fold.fixture.js';
import { generate } from './generate.js';
import { inputOf, long, short, target } from './generate.fixture.js';
import type { Side } from './position.js';

/** What the trades to these targets do, as words. */
const done = (given: Parameters<typeof inputOf>[0]): readonly string[] => {
  const { actions, valuation } = unwrap(generate(inputOf(given)));
  return claimsOfTrades(actions, valuation.positions).map(
    ({ assetId, side, strategic, collateral }) =>
      [assetId, side, strategic, collateral].join(' ').trim(),
  );
};

describe('what a generated trade does', () => {
  it.each([
    ['opens a position', 0n, 5_000, 'ENTER'],
    ['raises one', 4_999n, 5_000, 'INCREASE'],
    ['lowers one', 5_001n, 5_000, 'REDUCE'],
    ['closes one', 1n, 0, 'EXIT'],
  ])('to a long: %s', (_, held, weightBps, expected) => {
    const positions = held === 0n ? [] : [long('A', held)];
    const given = { cash: 10_000n - held, positions, targets: [target('A', weightBps)] };
    expect(done(given)).toEqual([`A LONG ${expected}`]);
  });

  it('closes a position that has no target', () => {
    expect(done({ cash: 1n, positions: [long('A', 1n)] })).toEqual(['A LONG EXIT']);
  });

  it('adds collateral to a short that it opens, and releases that of one it closes', () => {
    expect(done({ cash: 10_500n, targets: [target('A', 1_000, '1.5')] })).toEqual([
      'A SHORT ENTER ADD',
    ]);
    expect(done({ cash: 100n, positions: [short('A', 10n, 15n)] })).toEqual([
      'A SHORT EXIT RELEASE',
    ]);
  });
});

/** What a request of one action on a position of 10 behind 15 does. */
const asked = (side: Side, quantityDelta: bigint, collateralDelta = 0n, held = 10n): unknown => {
  const positions = held === 0n ? [] : [side === 'LONG' ? long('A', held) : short('A', held, 15n)];
  const [claim] = claimsOfRequest(
    [{ assetId: 'A', side, quantityDelta, collateralDelta }],
    positions,
  );
  return [claim?.strategic, claim?.collateral];
};

describe('what an action of a manager does', () => {
  it('follows from the quantities', () => {
    expect([
      asked('LONG', 1n, 0n, 0n),
      asked('LONG', 1n),
      asked('LONG', -9n),
      asked('LONG', -10n),
    ]).toEqual([
      ['ENTER', undefined],
      ['INCREASE', undefined],
      ['REDUCE', undefined],
      ['EXIT', undefined],
    ]);
  });

  it('to collateral alone is no strategic action', () => {
    expect([asked('SHORT', 0n, 1n), asked('SHORT', 0n, -1n)]).toEqual([
      [undefined, 'ADD'],
      [undefined, 'RELEASE'],
    ]);
  });
});

const policy = (given: Partial<AllowedActions>): AllowedActions => ({
  allowedActions: [],
  allowedCollateralActions: [],
  ...given,
});

describe('a policy', () => {
  const enter = { assetId: 'A', side: 'SHORT', strategic: 'ENTER', collateral: 'ADD' } as const;
  const exit = { assetId: 'B', side: 'LONG', strategic: 'EXIT' } as const;

  it('that names nothing allows everything', () => {
    expect(refuseActions('v', policy({}), [enter, exit])).toBeUndefined();
  });

  it('names the first action that it forbids, its position and what it allows', () => {
    const allowed = policy({ allowedActions: ['ENTER', 'REDUCE'] });
    expect(refuseActions('v', allowed, [enter])).toBeUndefined();
    expect(refuseActions('v', allowed, [enter, exit])).toMatchObject({
      kind: 'PERMISSION_DENIED',
      reason: 'ACTION_NOT_ALLOWED',
      message: 'the policy of vault v does not allow EXIT of B LONG, it allows ENTER, REDUCE',
      metadata: { action: 'EXIT', kind: 'STRATEGIC', asset_id: 'B', side: 'LONG' },
    });
  });

  it('limits what is done to collateral by itself', () => {
    const allowed = policy({ allowedCollateralActions: ['RELEASE'] });
    expect(refuseActions('v', allowed, [exit])).toBeUndefined();
    expect(refuseActions('v', allowed, [exit, enter])).toMatchObject({
      message:
        'the policy of vault v does not allow ADD of collateral of A SHORT, it allows RELEASE',
      metadata: { action: 'ADD', kind: 'COLLATERAL', allowed: 'RELEASE' },
    });
  });

  it('refuses to give collateral back as well, also where a short gets smaller', () => {
    const reduce = {
      assetId: 'A',
      side: 'SHORT',
      strategic: 'REDUCE',
      collateral: 'RELEASE',
    } as const;
    const adding = policy({ allowedCollateralActions: ['ADD'] });
    expect(refuseActions('v', adding, [enter])).toBeUndefined();
    expect(refuseActions('v', adding, [enter, reduce])).toMatchObject({
      reason: 'ACTION_NOT_ALLOWED',
      metadata: { action: 'RELEASE', kind: 'COLLATERAL', asset_id: 'A', allowed: 'ADD' },
    });
    // Both words of one position are looked at, the strategic one first.
    const exiting = policy({ allowedActions: ['EXIT'], allowedCollateralActions: ['ADD'] });
    expect(refuseActions('v', exiting, [reduce])).toMatchObject({ metadata: { action: 'REDUCE' } });
  });
});
