import type { OrderDispatch } from '@trimtab/contracts/execution';
import type { ExplicitAction, Rebalance, RebalanceTerms } from '@trimtab/contracts/ordergen';
import {
  DriftBandGoal,
  DriftBandKind,
  NetMode,
  RebalancePurpose,
  SequencingPolicy,
  Side,
  type DriftBand,
} from '@trimtab/contracts/portfolio';
import type { Vault } from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import { eventually } from '@trimtab/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actionTerms, move, planTerms, preview, tradesOf } from './ordergen-preview-world.js';
import {
  createOrderGenWorld,
  exampleTerms,
  fundedVault,
  refusal,
  requestId,
  type FakeTarget,
  type OrderGenWorld,
} from './ordergen-world.js';

/** A vault of 30 000 each of A, B and C and 10 000 of cash: nothing below changes it, all is previewed. */
let world: OrderGenWorld;
let vault: Vault;
beforeAll(async () => {
  world = await createOrderGenWorld();
  vault = await fundedVault(world);
});
afterAll(() => world.close());

const shown = (
  targets: readonly FakeTarget[],
  fields: Partial<RebalanceTerms> = {},
): Promise<Rebalance> => preview(world, planTerms(world, vault, { targets }, fields));

/** The first order for a vault. */
const dispatchOf = ({ vaultId }: Vault): Promise<OrderDispatch> =>
  eventually(() => world.dispatches.find((order) => order.vaultId === vaultId), {
    what: `an order for ${vaultId}`,
  });

/** No value of any enum; a later version may send one. */
const UNKNOWN: number = 9;

const KEEP: readonly FakeTarget[] = ['A', 'B', 'C'].map((assetId) => ({
  assetId,
  weightBps: 3_000,
}));
const absolute = (
  exposure: string,
  collateral = exposure,
  net = exposure,
): RebalanceTerms['tolerances'] => ({
  band: { $case: 'absolute', value: { exposure, collateral, net } },
});
const relative = (ratio: string): RebalanceTerms['tolerances'] => ({
  band: {
    $case: 'navRelative',
    value: { exposureDecimal: ratio, collateralDecimal: ratio, netDecimal: ratio },
  },
});

describe('tolerances', () => {
  /** A is 100 above its target. */
  const targets = [{ assetId: 'A', weightBps: 2_990 }, ...KEEP.slice(1)];

  it.each([
    ['absolute, one below the change', absolute('99'), ['A LONG: -100']],
    ['absolute, the change itself', absolute('100'), []],
    ['one of them alone below the change', absolute('100', '100', '99'), ['A LONG: -100']],
    ['relative to NAV, one unit below the change', relative('0.00099'), ['A LONG: -100']],
    ['relative to NAV, the change itself', relative('0.001'), []],
    ['absent: 1 of NAV 100 000', undefined, ['A LONG: -100']],
  ])('%s', async (_, tolerances, expected) => {
    expect(tradesOf(await shown(targets, { tolerances }))).toEqual(expected);
  });
});

describe('the order of actions', () => {
  const targets = [
    { assetId: 'A', weightBps: 2_900 },
    { assetId: 'B', weightBps: 2_000 },
    { assetId: 'D', weightBps: 100 },
    { assetId: 'E', weightBps: 200 },
  ];
  const order = (...assets: readonly string[]): RebalanceTerms['sequencing'] => ({
    order: {
      $case: 'explicitOrder',
      value: { positions: assets.map((assetId) => ({ assetId, side: Side.SIDE_LONG })) },
    },
  });
  const policy = (value: SequencingPolicy): RebalanceTerms['sequencing'] => ({
    order: { $case: 'policy', value },
  });

  it.each([
    ['absent, the guideline', undefined, 'C A B E D'],
    ['the guideline', policy(SequencingPolicy.SEQUENCING_POLICY_GUIDELINE), 'C A B E D'],
    [
      'largest release first',
      policy(SequencingPolicy.SEQUENCING_POLICY_LARGEST_RELEASE_FIRST),
      'C B A E D',
    ],
    ['of a manager, any inside the legs', order('B', 'C', 'A', 'D', 'E'), 'B C A D E'],
  ])('%s', async (_, sequencing, expected) => {
    const { actions } = await shown(targets, { sequencing });
    expect(actions.map(({ assetId }) => assetId).join(' ')).toBe(expected);
  });

  const place = 'terms.sequencing.explicit_order.positions';
  it.each([
    ['a buy before a sell', order('B', 'E', 'C', 'A', 'D'), [`${place}[2]`, `${place}[3]`]],
    ['a missing action', order('B', 'C', 'A', 'D'), [place]],
    ['an action twice', order('B', 'C', 'A', 'D', 'E', 'B'), [`${place}[5]`]],
    ['a position that is not traded', order('B', 'C', 'A', 'D', 'E', 'F'), [`${place}[5]`]],
  ])('%s is refused', async (_, sequencing, expected) => {
    const error = await refusal(shown(targets, { sequencing }));
    expect(error.reason).toBe('ACTION_ORDER_INVALID');
    expect(error.violations.map(({ field }) => field)).toEqual(expected);
  });

  it('of a manager is executed and replayed as stated', async () => {
    const own = await fundedVault(world);
    const sequencing = order('B', 'C', 'A', 'D', 'E');
    const terms = planTerms(world, own, { targets }, { sequencing });
    const before = await preview(world, terms);
    const answer = await world.orderGen.createRebalance({ requestId: requestId(), terms });
    const { rebalanceId, h0, terms: stored } = present(answer.rebalance, 'it is created');
    expect(stored?.sequencing).toEqual(sequencing);
    expect(h0).toBe(before.h0);
    expect(await world.orderGen.replayRebalance({ rebalanceId })).toMatchObject({ equal: true });
  });
});

describe('a drift band', () => {
  /** A is 1 000 above its target of 29 000, B 500 below its target of 30 500. */
  const targets = [
    { assetId: 'A', weightBps: 2_900 },
    { assetId: 'B', weightBps: 3_050 },
    { assetId: 'C', weightBps: 3_000 },
  ];
  const band = (
    kind: DriftBandKind,
    widthBps: number,
    goal: DriftBandGoal = DriftBandGoal.DRIFT_BAND_GOAL_CENTRE,
  ): DriftBand => ({ kind, widthBps, goal });
  const { DRIFT_BAND_KIND_ABSOLUTE: OF_NAV, DRIFT_BAND_KIND_RELATIVE: OF_TARGET } = DriftBandKind;

  it.each([
    ['of 99 bps of NAV leaves A outside', band(OF_NAV, 99), ['A LONG: -1000']],
    ['of 100 bps of NAV has A at its edge', band(OF_NAV, 100), []],
    ['of 344 bps of the target leaves A outside', band(OF_TARGET, 344), ['A LONG: -1000']],
    ['of 345 bps of the target has A inside', band(OF_TARGET, 345), []],
    ['of 40 bps of NAV trades to the centre', band(OF_NAV, 40), ['A LONG: -1000', 'B LONG: 500']],
    [
      'of 40 bps of NAV trades to the edge',
      band(OF_NAV, 40, DriftBandGoal.DRIFT_BAND_GOAL_EDGE),
      ['A LONG: -600', 'B LONG: 100'],
    ],
  ])('%s', async (_, driftBand, expected) => {
    expect(tradesOf(await shown(targets, { driftBand }))).toEqual(expected);
  });
});

describe('targets', () => {
  it('that are not investible are 0 and spread over the rest and the cash', async () => {
    const targets = [...KEEP.slice(0, 2), { assetId: 'C', weightBps: 2_000, investible: false }];
    // D = 3 000 + 3 000 + 2 000 of cash: A and B come to 3 000 / 8 000 of 100 000.
    expect(tradesOf(await shown(targets))).toEqual([
      'C LONG: -30000',
      'A LONG: 7500',
      'B LONG: 7500',
    ]);
  });

  it('of shorts cost collateral less proceeds, or all collateral when proceeds are not spent', async () => {
    const targets: readonly FakeTarget[] = [
      ...KEEP,
      { assetId: 'D', weightBps: 200, side: 'SHORT' },
    ];
    const of = (rebalance: Rebalance): string | undefined =>
      rebalance.actions.find(({ side }) => side === Side.SIDE_SHORT)?.deltaNet;
    // 100 000 · 200 / (9 000 + 1.5 · 200 + 800): exposure 1980, collateral 2970.
    expect(of(await shown(targets))).toBe('990');
    expect(of(await shown(targets, { netMode: NetMode.NET_MODE_CONSERVATIVE }))).toBe('2970');
  });
});

describe('lots and minimum orders', () => {
  it.each([
    ['a lot of 50 rounds 70 down', { lot: '50' }, '50'],
    ['a minimum order of 70 lets 70 through', { minimumOrder: '70' }, '70'],
  ])('%s', async (_, rules, quantity) => {
    const own = await fundedVault(world);
    const prices = [{ assetId: 'A', ...rules }, { assetId: 'B' }, { assetId: 'C' }];
    const targets = [{ assetId: 'A', weightBps: 2_993 }, ...KEEP.slice(1)];
    const terms = planTerms(world, own, { targets, prices }, { tolerances: absolute('0') });
    await world.orderGen.createRebalance({ requestId: requestId(), terms });
    expect((await dispatchOf(own)).exactIn?.value).toBe(quantity);
  });

  it('of one unit more fail the action without sending it', async () => {
    const own = await fundedVault(world);
    const prices = [{ assetId: 'A', minimumOrder: '71' }, { assetId: 'B' }, { assetId: 'C' }];
    const targets = [{ assetId: 'A', weightBps: 2_993 }, ...KEEP.slice(1)];
    const terms = planTerms(world, own, { targets, prices }, { tolerances: absolute('0') });
    const answer = await world.orderGen.createRebalance({ requestId: requestId(), terms });
    expect(answer.rebalance?.actions.map(({ failureReason }) => failureReason)).toEqual([12]);
  });
});

describe('explicit actions', () => {
  it('trade what they name and nothing else', async () => {
    const rebalance = await preview(
      world,
      actionTerms(world, vault, [move('D', '40'), move('A', '-100'), move('B', '-30000')]),
    );
    expect(tradesOf(rebalance)).toEqual(['B LONG: -30000', 'A LONG: -100', 'D LONG: 40']);
    expect(rebalance.terms?.source).toEqual({
      $case: 'explicitActions',
      value: {
        actions: [
          { ...move('A', '-100'), collateralDelta: '0' },
          { ...move('B', '-30000'), collateralDelta: '0' },
          { ...move('D', '40'), collateralDelta: '0' },
        ],
      },
    });
  });

  it('are executed without a plan, and replayed', async () => {
    const own = await fundedVault(world);
    const terms = actionTerms(world, own, [move('A', '-100'), move('D', '100')]);
    const answer = await world.orderGen.createRebalance({ requestId: requestId(), terms });
    const { rebalanceId } = present(answer.rebalance, 'CreateRebalance answers');
    const sell = await dispatchOf(own);
    expect(sell).toMatchObject({ planHash: '', txBundleHash: '', assetId: 'A' });
    expect(sell.exactIn?.value).toBe('100');
    expect(await world.orderGen.replayRebalance({ rebalanceId })).toMatchObject({ equal: true });
  });

  const at = 'terms.explicit_actions.actions';
  it.each<[string, readonly ExplicitAction[], readonly string[]]>([
    ['none', [], [`${at} FIELD_REQUIRED`]],
    ['one twice', [move('A', '1'), move('A', '2')], [`${at}[1] DUPLICATE_ID`]],
    ['more than is held', [move('A', '-30001')], [`${at}[0].quantity_delta AMOUNT_OUT_OF_RANGE`]],
    ['what is not held', [move('E', '-1')], [`${at}[0].quantity_delta AMOUNT_OUT_OF_RANGE`]],
    ['no change', [move('A', '0')], [`${at}[0].quantity_delta FIELD_INVALID`]],
    [
      'a quantity that is no integer',
      [move('A', '1.5')],
      [`${at}[0].quantity_delta DECIMAL_NOT_CANONICAL`],
    ],
    [
      'collateral of a long',
      [{ ...move('A', '1'), collateralDelta: '1' }],
      [`${at}[0].collateral_delta FIELD_INVALID`],
    ],
    [
      'a short behind too little',
      [{ assetId: 'D', side: Side.SIDE_SHORT, quantityDelta: '100', collateralDelta: '100' }],
      [`${at}[0].collateral_delta KAPPA_OUT_OF_RANGE`],
    ],
    ['no side', [{ ...move('A', '1'), side: 0 }], [`${at}[0].side FIELD_REQUIRED`]],
    ['no asset', [move('', '1')], [`${at}[0].asset_id FIELD_REQUIRED`]],
  ])('of %s are refused', async (_, actions, expected) => {
    const error = await refusal(preview(world, actionTerms(world, vault, actions)));
    expect(error.violations.map(({ field, reason }) => `${field} ${reason}`)).toEqual(expected);
  });

  it('of an asset without a price are refused by its name', async () => {
    const error = await refusal(preview(world, actionTerms(world, vault, [move('Z', '1')])));
    expect(error).toMatchObject({ reason: 'PRICE_MISSING', metadata: { asset_id: 'Z' } });
  });
});

describe('the terms', () => {
  it('are all in h0', async () => {
    const base = exampleTerms(world, vault, { sequencing: undefined });
    const changes: readonly Partial<RebalanceTerms>[] = [
      {},
      { tolerances: absolute('1') },
      { tolerances: absolute('0', '1', '0') },
      { tolerances: relative('0') },
      { netMode: NetMode.NET_MODE_CONSERVATIVE },
      { sequencing: { order: { $case: 'policy', value: 2 } } },
      { underlyingFloor: '1' },
      { slippageLimitBps: 49 },
      { purpose: RebalancePurpose.REBALANCE_PURPOSE_ROLL },
      { expireTime: new Date(world.clock.now() + 1) },
      { driftBand: { kind: 1, widthBps: 0, goal: 1 } },
      { driftBand: { kind: 2, widthBps: 0, goal: 1 } },
      { driftBand: { kind: 1, widthBps: 1, goal: 1 } },
      { driftBand: { kind: 1, widthBps: 0, goal: 2 } },
      { source: { $case: 'explicitActions', value: { actions: [move('A', '-1')] } } },
      { source: { $case: 'explicitActions', value: { actions: [move('A', '-2')] } } },
    ];
    const hashes: string[] = [];
    for (const change of changes) hashes.push((await preview(world, { ...base, ...change })).h0);
    expect(new Set(hashes).size).toBe(changes.length);
    expect((await preview(world, base)).h0).toBe(hashes[0]);
  });

  it('of a settlement are exempt from tolerances and bands, and take no plan', async () => {
    const settle = { purpose: RebalancePurpose.REBALANCE_PURPOSE_SETTLE, source: undefined };
    const driftBand: DriftBand = { kind: 1, widthBps: 10_000, goal: 1 };
    const terms = exampleTerms(world, vault, {
      ...settle,
      tolerances: absolute('99999'),
      driftBand,
    });
    const rebalance = await preview(world, { ...terms, sequencing: undefined });
    expect(tradesOf(rebalance)).toEqual(['A LONG: -30000', 'B LONG: -30000', 'C LONG: -30000']);
    expect(rebalance.terms).toMatchObject({ tolerances: absolute('0'), driftBand: undefined });
    const planned = await refusal(preview(world, { ...exampleTerms(world, vault), purpose: 3 }));
    expect(planned.violations.map(({ field }) => field)).toEqual(['terms.plan_hash']);
  });

  const ratio = 'terms.tolerances.nav_relative';
  it.each<[string, Partial<RebalanceTerms>, readonly string[]]>([
    [
      'a tolerance without a measure',
      { tolerances: { band: undefined } },
      ['terms.tolerances.band FIELD_REQUIRED'],
    ],
    [
      'a negative tolerance',
      { tolerances: absolute('0', '-1', '0') },
      ['terms.tolerances.absolute.collateral AMOUNT_OUT_OF_RANGE'],
    ],
    [
      'tolerances above NAV',
      { tolerances: relative('1.1') },
      ['exposure', 'collateral', 'net'].map((name) => `${ratio}.${name}_decimal FIELD_INVALID`),
    ],
    ['an unknown net mode', { netMode: UNKNOWN as NetMode }, ['terms.net_mode FIELD_INVALID']],
    [
      'an unknown policy',
      { sequencing: { order: { $case: 'policy', value: UNKNOWN as SequencingPolicy } } },
      ['terms.sequencing.policy FIELD_INVALID'],
    ],
    [
      'an empty order',
      { sequencing: { order: { $case: 'explicitOrder', value: { positions: [] } } } },
      ['terms.sequencing.explicit_order.positions FIELD_REQUIRED'],
    ],
    ['a floor below 0', { underlyingFloor: '-1' }, ['terms.underlying_floor FLOOR_OUT_OF_RANGE']],
    [
      'a band without kind and goal',
      { driftBand: { kind: 0, widthBps: 0, goal: 0 } },
      ['terms.drift_band.kind FIELD_REQUIRED', 'terms.drift_band.goal FIELD_REQUIRED'],
    ],
    [
      'a band of negative width',
      { driftBand: { kind: 1, widthBps: -1, goal: 1 } },
      ['terms.drift_band.width_bps WEIGHT_OUT_OF_RANGE'],
    ],
    ['neither a plan nor actions', { source: undefined }, ['terms.plan_hash FIELD_REQUIRED']],
  ])('with %s are refused', async (_, fields, expected) => {
    const error = await refusal(preview(world, exampleTerms(world, vault, fields)));
    expect(error.violations.map(({ field, reason }) => `${field} ${reason}`)).toEqual(expected);
  });
});
