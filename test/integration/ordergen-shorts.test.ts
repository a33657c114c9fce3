import {
  ExecType,
  ExposureDirection,
  FailureReason,
  type ExecutionReport,
  type OrderDispatch,
} from '@trimtab/contracts/execution';
import {
  Action_State as ActionState,
  Rebalance_State as RebalanceState,
  type Rebalance,
  type RebalanceTerms,
} from '@trimtab/contracts/ordergen';
import { NetMode, RebalancePurpose, Side } from '@trimtab/contracts/portfolio';
import type { Vault } from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import { eventually } from '@trimtab/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import {
  BUSES,
  createOrderGenWorld,
  exampleTerms,
  FAILED,
  newVault,
  requestId,
  type FakeTarget,
  type OrderGenWorld,
} from './ordergen-world.js';

/** At a price of 1 one base unit of each asset is worth one of the underlying. */
const market = (tenthsOfS = 10n) =>
  ['A', 'B', 'S', 'T'].map((assetId) => {
    if (assetId !== 'S' || tenthsOfS % 10n === 0n) {
      return { assetId, price: assetId === 'S' ? String(tenthsOfS / 10n) : '1' };
    }
    return { assetId, price: `${tenthsOfS / 10n}.${tenthsOfS % 10n}` };
  });
const ENDED: readonly RebalanceState[] = [
  RebalanceState.STATE_COMPLETED,
  RebalanceState.STATE_COMPLETED_ADJUSTED,
];

const long = (assetId: string, weightBps: number): FakeTarget => ({ assetId, weightBps });
const short = (assetId: string, weightBps: number): FakeTarget => ({
  assetId,
  weightBps,
  side: 'SHORT',
});

/** A vault with cash and longs. */
async function vaultOf(
  world: OrderGenWorld,
  holdings: Readonly<Record<string, string>>,
): Promise<Vault> {
  world.snapshot(market());
  const created = await world.vaults.createVault({ requestId: requestId(), vault: newVault() });
  const { vaultId } = present(created.vault, 'CreateVault answers with a vault');
  for (const [assetId, amount] of Object.entries(holdings)) {
    await world.vaults.deposit({ requestId: requestId(), vaultId, assetId, amount });
  }
  return read(world, vaultId);
}

async function read(world: OrderGenWorld, vaultId: string): Promise<Vault> {
  return present((await world.vaults.getVault({ vaultId })).vault, 'GetVault answers with a vault');
}

async function start(
  world: OrderGenWorld,
  { vaultId }: Vault,
  targets: readonly FakeTarget[],
  { tenthsOfS = 10n, ...fields }: Partial<RebalanceTerms> & { readonly tenthsOfS?: bigint } = {},
): Promise<Rebalance> {
  const vault = await read(world, vaultId);
  const terms = exampleTerms(world, vault);
  const snapshotHash = world.snapshot(market(tenthsOfS));
  const vaultVersion = Number(vault.version);
  const planHash = world.plan({ vaultId, vaultVersion, snapshotHash, targets });
  const answer = await world.orderGen.createRebalance({
    requestId: requestId(),
    terms: { ...terms, source: { $case: 'planHash', value: planHash }, snapshotHash, ...fields },
  });
  return present(answer.rebalance, 'CreateRebalance answers with a rebalance');
}

/** How a venue fills: a part of the order, at a price in tenths, with a fee in bps of what is traded. */
interface Manner {
  readonly part?: bigint;
  readonly of?: bigint;
  readonly tenths?: bigint;
  readonly feeBps?: bigint;
}

/** A fill of an order; the fee of a short that needs cash comes out of its collateral. */
function filled(order: OrderDispatch, manner: Manner = {}): Partial<ExecutionReport> {
  const { part = 1n, of = 1n, tenths = 10n, feeBps = 100n } = manner;
  const share = (text: string): bigint => (BigInt(text) * part) / of;
  const quantity = share(order.exactIn?.value ?? '0');
  const traded = order.side === Side.SIDE_SHORT ? (quantity * tenths) / 10n : quantity;
  const fee = (traded * feeBps) / 10_000n;
  const whole = part === of;
  const execType = whole ? ExecType.EXEC_TYPE_FILL : ExecType.EXEC_TYPE_CANCELED;
  const failureReason = whole
    ? FailureReason.FAILURE_REASON_UNSPECIFIED
    : FailureReason.FAILURE_REASON_INSUFFICIENT_LIQUIDITY;
  const said = { execType, failureReason, cumulativeFee: fee.toString() };
  if (order.side === Side.SIDE_LONG) {
    const sells = order.exactIn?.$case === 'quantityIn';
    return {
      ...said,
      cumulativeQuantity: (sells ? quantity : quantity - fee).toString(),
      cumulativeUnderlying: (sells ? quantity - fee : quantity).toString(),
    };
  }
  const opens = order.direction === ExposureDirection.EXPOSURE_DIRECTION_INCREASE;
  const collateral = share(order.collateralDelta) - (order.releasesCash ? 0n : fee);
  const net = (opens ? traded : -traded) - fee - collateral;
  return {
    ...said,
    cumulativeQuantity: quantity.toString(),
    cumulativeCollateral: collateral.toString(),
    cumulativeUnderlying: (order.releasesCash ? net : -net).toString(),
  };
}

const withoutFee = (order: OrderDispatch) => filled(order, { feeBps: 0n });

/** Answers every order of a rebalance, by index, until it ends. */
async function run(
  world: OrderGenWorld,
  { rebalanceId }: Rebalance,
  answer: (order: OrderDispatch) => Partial<ExecutionReport> = (order) => filled(order),
): Promise<Rebalance> {
  const answered = new Set<number>();
  for (;;) {
    const next = await eventually(async () => {
      const now = await world.rebalance(rebalanceId);
      if (ENDED.includes(now.state)) return now;
      return world.dispatches.find(
        (one) => one.rebalanceId === rebalanceId && !answered.has(one.index),
      );
    });
    if ('terms' in next) return next;
    answered.add(next.index);
    await world.report(next, answer(next));
  }
}

/** Every transaction of the ledger sums to 0 by asset, and all of them give what the vault holds. */
async function audit(world: OrderGenWorld, vaultId: string): Promise<{ readonly nav: bigint }> {
  const { rows: broken } = await world.database.pool.query(
    `select transaction_id, asset_id from ledger_entries where vault_id = $1
     group by transaction_id, asset_id having sum(amount) <> 0`,
    [vaultId],
  );
  expect(broken).toEqual([]);
  const vault = await read(world, vaultId);
  const { rows } = await world.database.pool.query<Record<string, string>>(
    `select account, coalesce(position_asset_id, '') as asset, coalesce(side, '') as side,
       sum(amount)::text as amount
     from ledger_entries
     where vault_id = $1 and account in ('CASH', 'POSITION', 'COLLATERAL')
     group by 1, 2, 3 having sum(amount) <> 0`,
    [vaultId],
  );
  const booked = rows.map(({ account, asset, side, amount }) =>
    [account, asset, side, amount].join(' ').replace(/ {2,}/g, ' '),
  );
  const held = vault.positions.flatMap(({ assetId, side, quantity, collateral }) => [
    side === Side.SIDE_LONG
      ? `POSITION ${assetId} LONG ${quantity}`
      : `POSITION ${assetId} SHORT -${quantity}`,
    `COLLATERAL ${assetId} SHORT ${collateral}`,
  ]);
  const expected = [`CASH ${vault.cash}`, ...held].filter((line) => !/ -?0$/.test(line));
  expect(booked.sort()).toEqual(expected.sort());
  const snapshotHash = world.snapshot(market());
  const value = await world.vaults.valueVault({ vaultId, snapshotHash });
  return { nav: BigInt(value.nav) };
}

/** The positions as `asset side quantity collateral`. */
const holdings = (vault: Vault): readonly string[] =>
  vault.positions.map(({ assetId, side, quantity, collateral }) =>
    side === Side.SIDE_LONG
      ? `${assetId} LONG ${quantity}`
      : `${assetId} SHORT ${quantity} ${collateral}`,
  );

describe.each(BUSES)('shorts over the %s bus', (kind) => {
  let world: OrderGenWorld;
  afterEach(() => world.close());

  it('open, increase, reduce and close beside longs, whatever fails, and every unit is accounted for', async () => {
    world = await createOrderGenWorld(kind);
    const vault = await vaultOf(world, { USDC: '70000', A: '30000' });
    const { vaultId } = vault;
    const failing = (...indices: readonly number[]) => {
      return (order: OrderDispatch) => (indices.includes(order.index) ? FAILED : filled(order));
    };
    const stages: readonly (readonly [
      targets: readonly FakeTarget[],
      answer: (order: OrderDispatch) => Partial<ExecutionReport>,
    ])[] = [
      // Opens S and T, one asset on both sides.
      [[long('A', 2000), short('S', 1000), short('T', 500), long('S', 800)], failing()],
      // Increases S, reduces T, while the first sell fails.
      [
        [long('A', 1500), short('S', 1800), short('T', 200), long('S', 800), long('B', 2000)],
        failing(0),
      ],
      // Reduces S, opens A short, exits T and S long; half of every order fills.
      [
        [long('A', 1500), short('S', 600), short('A', 400), long('B', 4000)],
        (order) => filled(order, { part: 1n, of: 2n }),
      ],
      // A failing buy and a failing sell.
      [[long('B', 5000), short('S', 900), short('A', 900)], failing(1, 4)],
      // Closes everything.
      [[], failing()],
    ];
    let { nav } = await audit(world, vaultId);
    expect(nav).toBe(100_000n);
    for (const [targets, answer] of stages) {
      const end = await run(world, await start(world, vault, targets), answer);
      expect(end.residual).toBe('0');
      const fees = end.actions.reduce((sum, action) => sum + BigInt(action.fee || '0'), 0n);
      const after = await audit(world, vaultId);
      expect(after.nav).toBe(nav - fees);
      nav = after.nav;
      expect((await read(world, vaultId)).cash).toBe(end.cash);
      const replay = await world.orderGen.replayRebalance({ rebalanceId: end.rebalanceId });
      expect(replay).toMatchObject({ equal: true, replayedHash: end.stateHash });
    }
    const end = await read(world, vaultId);
    expect([holdings(end), end.cash]).toEqual([[], nav.toString()]);
  });

  it('say in their orders what moves, and in which leg', async () => {
    world = await createOrderGenWorld(kind);
    const vault = await vaultOf(world, { USDC: '100000' });
    // D = 1000 · 1.5 + 9000 = 10 500: t = 9523, c = 14 285, Δ = 4762
    const opening = await start(world, vault, [short('S', 1000)]);
    expect(await world.dispatched(0)).toMatchObject({
      side: Side.SIDE_SHORT,
      direction: ExposureDirection.EXPOSURE_DIRECTION_INCREASE,
      releasesCash: false,
      amount: '4762',
      exactIn: { $case: 'quantityIn', value: '9523' },
      collateralDelta: '14285',
      // 50 bps below 9523
      minimumOut: '9475',
    });
    await run(world, opening, withoutFee);
    expect(holdings(await read(world, vault.vaultId))).toEqual(['S SHORT 9523 14285']);

    const closing = await start(world, vault, []);
    const order = await eventually(() =>
      world.dispatches.find(({ rebalanceId }) => rebalanceId === closing.rebalanceId),
    );
    expect(order).toMatchObject({
      direction: ExposureDirection.EXPOSURE_DIRECTION_DECREASE,
      releasesCash: true,
      amount: '4762',
      exactIn: { $case: 'quantityIn', value: '9523' },
      collateralDelta: '-14285',
      // 4762 less the slippage of the buy-back, ceil(9523 · 0.005) = 48
      minimumOut: '4714',
    });
    // Half of what is bought back is half of the amount, rounded down.
    const end = await run(world, closing, (one) => filled(one, { part: 1n, of: 2n }));
    expect(end.actions[0]).toMatchObject({ filled: '2380', state: ActionState.STATE_FAILED });
  });

  it('T26: a close that needs cash is in the buy leg, and a failing sell scales it down', async () => {
    world = await createOrderGenWorld(kind);
    const vault = await vaultOf(world, { USDC: '12000', A: '8000' });
    const opening = await start(world, vault, [long('A', 4000), short('S', 1500)]);
    await run(world, opening, withoutFee);
    // D = 10 750: t = 2790 and c = 4186; at three times the price 8370 are owed behind 4186.
    const now = await read(world, vault.vaultId);
    expect([holdings(now), now.cash]).toEqual([['A LONG 7441', 'S SHORT 2790 4186'], '11163']);
    const closing = await start(world, vault, [], { tenthsOfS: 30n });
    expect(
      closing.actions.map(({ assetId, group, deltaNet }) => [assetId, group, deltaNet]),
    ).toEqual([
      ['A', 1, '-7441'],
      ['S', 3, '4184'],
    ]);
    const end = await run(world, closing, (order) =>
      filled(order, { tenths: 30n, feeBps: 0n, ...(order.index === 0 && { part: 3n, of: 4n }) }),
    );
    // F = 7441 − 5580 = 1861 leaves 2323 of 4184 to the close.
    expect(end.actions[1]).toMatchObject({ amount: '2323', state: ActionState.STATE_FILLED });
    const order = world.dispatches.findLast(({ index }) => index === 1);
    // floor(8370 · 2323 / 4184) = 4647 is 1549 at 3; floor(4186 · 2323 / 4184) = 2324
    expect(order).toMatchObject({
      releasesCash: false,
      exactIn: { value: '1549' },
      collateralDelta: '-2324',
    });
    expect(holdings(await read(world, vault.vaultId))).toEqual([
      'A LONG 1861',
      'S SHORT 1241 1862',
    ]);
  });

  it('fail with INSUFFICIENT_BALANCE, unsent, when their buy-back exceeds the cash at hand', async () => {
    world = await createOrderGenWorld(kind);
    const vault = await vaultOf(world, { USDC: '10000' });
    const opening = await start(world, vault, [long('A', 7000), short('S', 3000)]);
    await run(world, opening, withoutFee);
    // D = 11 500; what is left of the cash is what the short has raised.
    const now = await read(world, vault.vaultId);
    expect([holdings(now), now.cash]).toEqual([['A LONG 6086', 'S SHORT 2608 3913'], '2609']);
    const closing = await start(world, vault, [long('A', 7500)], { tenthsOfS: 15n });
    const end = await run(world, closing, (order) => filled(order, { tenths: 15n, feeBps: 0n }));
    expect(end.actions[0]).toMatchObject({
      assetId: 'S',
      group: 2,
      amount: '1',
      state: ActionState.STATE_FAILED,
      failureReason: FailureReason.FAILURE_REASON_INSUFFICIENT_BALANCE,
    });
    expect(end.recalibrations).toHaveLength(1);
    const sent = world.dispatches.filter(({ rebalanceId }) => rebalanceId === end.rebalanceId);
    expect(sent.map(({ assetId }) => assetId)).toEqual(['A']);
    const replay = await world.orderGen.replayRebalance({ rebalanceId: end.rebalanceId });
    expect(replay).toMatchObject({ equal: true, replayedHash: end.stateHash });
  });

  it('in CONSERVATIVE mode leave their proceeds in the underlying', async () => {
    world = await createOrderGenWorld(kind);
    const vault = await vaultOf(world, { USDC: '100000' });
    const netMode = NetMode.NET_MODE_CONSERVATIVE;
    const opening = await start(world, vault, [short('S', 1000)], { netMode });
    expect(opening.actions[0]).toMatchObject({ deltaNet: '14285', amount: '14285' });
    const end = await run(world, opening, withoutFee);
    expect(end.actions[0]).toMatchObject({
      cashMoved: '4762',
      collateralMoved: '14285',
      state: ActionState.STATE_FILLED,
    });
    expect(end).toMatchObject({ toUnderlying: '9523', cash: '95238', residual: '0' });
  });

  it('that need no cash at all are executed all the same, also when nothing else is', async () => {
    world = await createOrderGenWorld(kind);
    const vault = await vaultOf(world, { USDC: '20000' });
    await run(world, await start(world, vault, [short('S', 2000)]), withoutFee);
    // D = 11 000: 3636 owed behind 5454; at 1.5 the collateral is what is owed, and closing nets to 0.
    expect(holdings(await read(world, vault.vaultId))).toEqual(['S SHORT 3636 5454']);
    const closing = await start(world, vault, [], { tenthsOfS: 15n });
    expect(closing.actions).toEqual([
      expect.objectContaining({ assetId: 'S', group: 3, deltaNet: '0', amount: '0' }),
    ]);
    const end = await run(world, closing, (order) => filled(order, { tenths: 15n, feeBps: 0n }));
    expect(end.state).toBe(RebalanceState.STATE_COMPLETED);
    expect(holdings(await read(world, vault.vaultId))).toEqual([]);
  });

  it('are settled with everything else', async () => {
    world = await createOrderGenWorld(kind);
    const vault = await vaultOf(world, { USDC: '20000', A: '5000' });
    const both = [long('A', 2000), short('A', 1000), short('S', 500)];
    await run(world, await start(world, vault, both));
    const purpose = RebalancePurpose.REBALANCE_PURPOSE_SETTLE;
    await run(world, await start(world, vault, [], { purpose, source: undefined }));
    expect(holdings(await read(world, vault.vaultId))).toEqual([]);
    await audit(world, vault.vaultId);
  });

  it('give and take back collateral when a correction says so', async () => {
    world = await createOrderGenWorld(kind);
    const vault = await vaultOf(world, { USDC: '100000' });
    const opening = await start(world, vault, [short('S', 1000)]);
    await run(world, opening, withoutFee);
    const order = await world.dispatched(0);
    await world.report(order, {
      execType: ExecType.EXEC_TYPE_TRADE_CANCEL,
      cumulativeQuantity: '0',
      cumulativeUnderlying: '0',
      reportSequence: 2n,
    });
    await eventually(async () => {
      const now = await read(world, vault.vaultId);
      return now.cash === '100000' && now.positions.length === 0 ? now : undefined;
    });
    await audit(world, vault.vaultId);
    const { rebalanceId } = opening;
    expect((await world.rebalance(rebalanceId)).corrections).toBe('4762');
    expect(await world.orderGen.replayRebalance({ rebalanceId })).toMatchObject({ equal: true });
  });
});
