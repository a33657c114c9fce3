import { ExecType } from '@trimtab/contracts/execution';
import {
  Rebalance_State as RebalanceState,
  type RebalanceTerms,
} from '@trimtab/contracts/ordergen';
import { VaultHold, VaultMode, type Vault } from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import { campaignCount, eventually } from '@trimtab/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createOrderGenWorld,
  exampleTerms,
  fundedVault,
  newVault,
  refusal,
  requestId,
  type FakeTarget,
  type OrderGenWorld,
} from './ordergen-world.js';
import {
  deadLetters,
  expectConserved,
  expectOutcome,
  known,
  openStage,
  stageOf,
  type Stage,
} from './semantics-stage.js';

const BUST = ExecType.EXEC_TYPE_TRADE_CANCEL;
const FILL = ExecType.EXEC_TYPE_FILL;
const ALL = [0, 1, 2, 3, 4];

let world: OrderGenWorld;
beforeAll(async () => {
  world = await createOrderGenWorld();
});
afterAll(() => world.close());

async function vaultOf(vaultId: string): Promise<Vault> {
  return present((await world.vaults.getVault({ vaultId })).vault, 'the vault is found');
}

/** Starts a rebalance of other targets than the example's. */
async function openWith(
  vault: Vault,
  targets: readonly FakeTarget[],
  fields: Partial<RebalanceTerms>,
  price = '1',
): Promise<Stage> {
  const { vaultId, version } = vault;
  const prices = ['A', 'B', 'C', 'D', 'E', 'X'].map((assetId) => ({
    assetId,
    price: assetId === 'X' ? price : '1',
  }));
  const snapshotHash = world.snapshot(prices);
  const planHash = world.plan({ vaultId, vaultVersion: Number(version), snapshotHash, targets });
  const source = { $case: 'planHash', value: planHash } as const;
  const terms = exampleTerms(world, vault, { source, snapshotHash, ...fields });
  const answer = await world.orderGen.createRebalance({ requestId: requestId(), terms });
  return stageOf(world, vaultId, present(answer.rebalance, 'it is created').rebalanceId);
}

describe('money that nothing can absorb', () => {
  it('is residual: a loss at the floor beyond the open buys', async () => {
    // Sells 2 100, 1 260, 840; buys 100: cash is to rise to 14 100, which is the floor.
    const targets = [
      { assetId: 'A', weightBps: 2790 },
      { assetId: 'B', weightBps: 2874 },
      { assetId: 'C', weightBps: 2916 },
      { assetId: 'D', weightBps: 10 },
    ];
    const stage = await openWith(await fundedVault(world), targets, { underlyingFloor: '14100' });
    await stage.say(await stage.order(0), FILL, '2100', 1, '0');
    for (const index of [1, 2]) await stage.fill(index);
    await expectOutcome(stage, {
      ...{ state: 'STATE_COMPLETED_ADJUSTED', cash: '12100', residual: '2000', sent: [0, 1, 2] },
      actions: ['FILLED', 'FILLED', 'FILLED', 'SKIPPED'],
    });
  });
});

describe('a sell in units of 7: 1 900 are 271 units worth 1 897', () => {
  const targets = [{ assetId: 'X', weightBps: 3000 }];

  /** A vault of 1 000 X at 7 and 10 000 of cash. */
  async function sell(net: string): Promise<Stage> {
    world.snapshot([{ assetId: 'X', price: '7' }]);
    const created = await world.vaults.createVault({ requestId: requestId(), vault: newVault() });
    const { vaultId } = present(created.vault, 'CreateVault answers with a vault');
    for (const [assetId, amount] of [
      ['USDC', '10000'],
      ['X', '1000'],
    ] as const) {
      await world.vaults.deposit({ requestId: requestId(), vaultId, assetId, amount });
    }
    const absolute = { exposure: '0', collateral: '0', net };
    const tolerances = { band: { $case: 'absolute', value: absolute } } as const;
    const stage = await openWith(await vaultOf(vaultId), targets, { tolerances }, '7');
    expect(await stage.order(0)).toMatchObject({ amount: '1900', exactIn: { value: '271' } });
    return stage;
  }

  it.each([
    [
      'a remainder of 3 within the tolerance of 3 counts as filled',
      '3',
      '271',
      '1897',
      'STATE_COMPLETED',
      'FILLED',
      '-3',
      '0',
    ],
    [
      'a remainder of 3 beyond the tolerance of 2 is not filled',
      '2',
      '271',
      '1897',
      'STATE_COMPLETED_ADJUSTED',
      'FAILED',
      '0',
      '0',
    ],
    [
      'a unit less is not filled, whatever the tolerance',
      '20',
      '270',
      '1890',
      'STATE_COMPLETED_ADJUSTED',
      'FAILED',
      '0',
      '0',
    ],
    [
      'a unit more is beyond the order: 4 are a correction',
      '3',
      '272',
      '1904',
      'STATE_COMPLETED',
      'FILLED',
      '0',
      '4',
    ],
  ] as const)('%s', async (_, net, quantity, money, state, action, toUnderlying, corrections) => {
    const stage = await sell(net);
    await stage.say(await stage.order(0), FILL, quantity, 1, money);
    const cash = String(10_000 + Number(money));
    const residual = action === 'FAILED' ? String(1900 - Number(money)) : '0';
    await expectOutcome(stage, {
      ...{ state, cash, toUnderlying, residual, corrections, sent: [0] },
      actions: [action],
    });
  });
});

describe('a correction of an ended rebalance', () => {
  it('enters the fold of the one that runs by then, and leaves its own chain alone', async () => {
    const first = await openStage(world);
    for (const index of ALL) await first.fill(index);
    const ended = await world.reaches(first.rebalanceId, RebalanceState.STATE_COMPLETED);
    const second = await openWith(
      await vaultOf(first.vaultId),
      [
        { assetId: 'A', weightBps: 2690 },
        { assetId: 'B', weightBps: 2874 },
        { assetId: 'C', weightBps: 2916 },
        { assetId: 'D', weightBps: 352 },
        { assetId: 'E', weightBps: 168 },
      ],
      {},
    );
    await second.order(0);
    await known(first, await first.say(await first.order(4), BUST, '0', 2));
    await second.fill(0);
    await second.fill(1);
    await expectOutcome(second, {
      ...{ state: 'STATE_COMPLETED', cash: '11680', corrections: '1680', sent: [0, 1] },
      actions: ['FILLED', 'FILLED'],
    });
    expect(await world.rebalance(first.rebalanceId)).toMatchObject({
      ...{ stateHash: ended.stateHash, corrections: '0' },
      actions: [{}, {}, {}, {}, { cumulativeQuantity: '0' }],
    });
  });

  it('enters it even when the action had never been sent', async () => {
    const first = await openStage(world);
    await first.order(0);
    await first.cancel();
    await first.fill(0);
    await world.reaches(first.rebalanceId, RebalanceState.STATE_CANCELLED);
    const second = await openWith(
      await vaultOf(first.vaultId),
      [
        { assetId: 'A', weightBps: 2690 },
        { assetId: 'B', weightBps: 3000 },
        { assetId: 'C', weightBps: 3000 },
      ],
      {},
    );
    await second.order(0);
    await known(first, await first.say(await first.early(1, '1260'), FILL, '260', 1));
    await second.fill(0);
    await expectOutcome(second, {
      ...{ state: 'STATE_COMPLETED', cash: '13360', corrections: '260', sent: [0] },
      actions: ['FILLED'],
    });
  });
});

describe('a correction that races with a new rebalance', () => {
  const count = campaignCount(10, 200);
  it(`is in the fold of the new one or before its start, ${count} times`, async () => {
    for (let round = 0; round < count; round += 1) {
      const first = await openStage(world);
      await first.fill(0);
      await first.order(1);
      await first.cancel();
      await first.fill(1);
      await world.reaches(first.rebalanceId, RebalanceState.STATE_CANCELLED);
      const vault = await vaultOf(first.vaultId);
      const bust = await first.order(0);
      const targets = [{ assetId: 'C', weightBps: 2900 }];
      const [corrected, started] = await Promise.all([
        first.say(bust, BUST, '0', 2),
        openWith(vault, targets, {}).catch((error: unknown) => error),
      ]);
      await known(first, corrected);
      const { vault: after } = await world.vaults.getVault({ vaultId: vault.vaultId });
      if (started instanceof Error) {
        expect(await refusal(Promise.reject(started))).toMatchObject({ reason: 'VAULT_CHANGED' });
        expect(after?.openRebalanceId).toBe('');
        continue;
      }
      const second = await world.rebalance(present(after, 'it is found').openRebalanceId);
      expect(second).toMatchObject({ corrections: '-2100', openingCash: vault.cash });
      expect(second.cash).toBe(after?.cash);
    }
  }, 600_000);
});

describe('cash below 0', () => {
  it('puts DEFICIT on the vault: no withdrawal, no rebalance, until a deposit heals it', async () => {
    const stage = await openStage(world);
    const { vaultId } = stage;
    for (const index of ALL) await stage.fill(index);
    await world.reaches(stage.rebalanceId, RebalanceState.STATE_COMPLETED);
    const move = (assetId: string, amount: string) => ({
      requestId: requestId(),
      vaultId,
      assetId,
      amount,
    });
    await world.vaults.withdraw(move('USDC', '10000'));
    await known(stage, await stage.say(await stage.order(0), BUST, '0', 2));
    const short = await vaultOf(vaultId);
    expect(short).toMatchObject({ cash: '-2100', holds: [VaultHold.VAULT_HOLD_DEFICIT] });
    expect((await refusal(world.vaults.withdraw(move('A', '1')))).reason).toBe('VAULT_IN_DEFICIT');
    const again = openWith(short, [{ assetId: 'A', weightBps: 1000 }], {});
    expect((await refusal(again)).reason).toBe('VAULT_IN_DEFICIT');
    // It heals in any mode.
    await world.vaults.setVaultMode({
      requestId: requestId(),
      vaultId,
      mode: VaultMode.VAULT_MODE_PAUSED,
      fence: undefined,
      reason: '',
    });
    await world.vaults.deposit(move('USDC', '2099'));
    expect((await vaultOf(vaultId)).holds).toEqual([VaultHold.VAULT_HOLD_DEFICIT]);
    await world.vaults.deposit(move('USDC', '1'));
    expect(await vaultOf(vaultId)).toMatchObject({ cash: '0', holds: [] });
    await world.vaults.withdraw(move('A', '1'));
    await expectConserved(world, vaultId);
  });
});

describe('a report that is not ours', () => {
  it('becomes a dead letter that says why, and changes nothing', async () => {
    const stage = await openStage(world);
    const { vaultId, rebalanceId } = stage;
    const order = await stage.order(0);
    const before = await world.rebalance(rebalanceId);
    const letters = await deadLetters(world);
    const cases = [
      [{ rebalanceId: 'unknown' }, 'rebalance unknown does not exist'],
      [{ orderId: 'f'.repeat(64) }, 'is not the order of action 0'],
      [{ index: 5 }, 'index 5 is not one of the 5 actions'],
      [{ vaultId: 'other' }, 'the report names other'],
    ] as const;
    for (const [at, [fields, reason]] of cases.entries()) {
      const sent = await world.report({ ...order, ...fields }, { reportSequence: BigInt(at + 1) });
      expect(await letters.reasonOf(sent.eventId)).toContain(reason);
    }
    const sent = await world.report(order, { reportSequence: 9n });
    // The id of a report follows from its order and number.
    await world.send({ ...sent, eventId: 'e'.repeat(64), reportSequence: 10n });
    expect(await letters.reasonOf('e'.repeat(64))).toContain('is not the id of report 10');
    await letters.stop();
    await eventually(async () =>
      (await world.rebalance(rebalanceId)).nextIndex === 1 ? true : undefined,
    );
    expect(before.nextIndex).toBe(0);
    await expectConserved(world, vaultId);
  });
});
