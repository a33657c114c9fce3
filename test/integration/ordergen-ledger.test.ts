import { ExecType } from '@trimtab/contracts/execution';
import {
  Rebalance_State as RebalanceState,
  type RebalanceEvent,
} from '@trimtab/contracts/ordergen';
import {
  LedgerEntry_Account as Account,
  LedgerEntry_Kind as Kind,
  type LedgerEntry,
} from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import { eventually } from '@trimtab/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createOrderGenWorld,
  FAILED,
  fundedVault,
  refusal,
  requestId,
  startExample,
  type OrderGenWorld,
} from './ordergen-world.js';

let world: OrderGenWorld;
let vaultId: string;
let rebalanceId: string;

const money = (assetId: string, amount: string) => ({
  requestId: requestId(),
  vaultId,
  assetId,
  amount,
});

/** Deposits, a sell with a fee, a failed one, a cancelled run, a bust that comes late, withdrawals. */
beforeEach(async () => {
  world = await createOrderGenWorld();
  const vault = await fundedVault(world);
  vaultId = vault.vaultId;
  rebalanceId = (await startExample(world, vault)).rebalanceId;
  const first = await world.dispatched(0);
  await world.report(first, { cumulativeUnderlying: '2095', cumulativeFee: '5' });
  const second = await world.dispatched(1);
  await world.orderGen.cancelRebalance({ requestId: requestId(), rebalanceId, reason: '' });
  await world.report(second, FAILED);
  await world.reaches(rebalanceId, RebalanceState.STATE_CANCELLED);
  await world.report(first, {
    ...{ execType: ExecType.EXEC_TYPE_TRADE_CORRECT, reportSequence: 2n },
    ...{ cumulativeQuantity: '2000', cumulativeUnderlying: '1996', cumulativeFee: '4' },
  });
  await eventually(async () =>
    (await world.rebalance(rebalanceId)).corrections === '-99' ? true : undefined,
  );
  await world.vaults.withdraw(money('USDC', '7'));
  await world.vaults.withdraw(money('B', '3'));
});
afterEach(() => world.close());

interface Asked {
  readonly rebalanceId?: string;
  readonly assetId?: string;
  readonly afterSequence?: bigint;
}

/** All entries, read in pages. */
async function list(asked: Asked = {}, pageSize = 500): Promise<readonly LedgerEntry[]> {
  const request = { vaultId, rebalanceId: '', assetId: '', afterSequence: 0n, ...asked, pageSize };
  const entries: LedgerEntry[] = [];
  let pageToken = '';
  do {
    const page = await world.vaults.listLedgerEntries({ ...request, pageToken });
    expect(page.entries.length).toBeLessThanOrEqual(pageSize);
    entries.push(...page.entries);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return entries;
}

function nameOf(names: Readonly<Record<string, unknown>>, value: unknown): string {
  const found = Object.entries(names).find(([, candidate]) => candidate === value)?.[0];
  return present(found, `${String(value)} has a name`).replace(/^(KIND|ACCOUNT)_/, '');
}

/** Kind, account, asset and amount. */
function textOf({ kind, account, assetId, amount }: LedgerEntry): string {
  return [nameOf(Kind, kind), nameOf(Account, account), assetId, amount].join(' ');
}

const FILL = [
  'FILL POSITION A -2100',
  'FILL VENUE A 2100',
  'FILL CASH USDC 2100',
  'FILL VENUE USDC -2100',
  'FEE CASH USDC -5',
  'FEE FEES USDC 5',
];
const CORRECTION = [
  'CORRECTION POSITION A 100',
  'CORRECTION VENUE A -100',
  'CORRECTION CASH USDC -100',
  'CORRECTION VENUE USDC 100',
  'CORRECTION CASH USDC 1',
  'CORRECTION FEES USDC -1',
];

describe('ListLedgerEntries', () => {
  it('shows every movement twice, in the order in which it was booked, without gaps', async () => {
    const entries = await list();
    expect(entries.map(({ sequence }) => sequence)).toEqual(
      entries.map((_, place) => BigInt(place + 1)),
    );
    expect(entries.map(textOf)).toEqual([
      ...['DEPOSIT CASH USDC 10000', 'DEPOSIT OWNER USDC -10000'],
      ...['A', 'B', 'C'].flatMap((asset) => [
        `DEPOSIT POSITION ${asset} 30000`,
        `DEPOSIT OWNER ${asset} -30000`,
      ]),
      ...FILL,
      ...CORRECTION,
      ...['WITHDRAWAL CASH USDC -7', 'WITHDRAWAL OWNER USDC 7'],
      ...['WITHDRAWAL POSITION B -3', 'WITHDRAWAL OWNER B 3'],
    ]);
    const sums = new Map<string, bigint>();
    for (const { transactionId, assetId, amount } of entries) {
      const key = `${transactionId} ${assetId}`;
      sums.set(key, (sums.get(key) ?? 0n) + BigInt(amount));
    }
    expect([...sums.values()].filter((sum) => sum !== 0n)).toEqual([]);
    const { vault } = await world.vaults.getVault({ vaultId });
    // 10 000 + 2 095 of the sell - 99 of the correction - 7
    expect(vault?.cash).toBe('11989');
  });

  it('shows those of one rebalance with their order, of one asset, of both, and in pages', async () => {
    const all = await list();
    const own = await list({ rebalanceId });
    expect(own.map(textOf)).toEqual([...FILL, ...CORRECTION]);
    const { orderId } = await world.dispatched(0);
    expect(new Set(own.map((entry) => entry.orderId))).toEqual(new Set([orderId]));
    expect(new Set(own.map(({ transactionId }) => transactionId)).size).toBe(2);
    const ofB = await list({ assetId: 'B' });
    expect(ofB).toEqual(all.filter(({ assetId }) => assetId === 'B'));
    expect(ofB).toHaveLength(4);
    const both = await list({ rebalanceId, assetId: 'A' });
    expect(both.map(textOf)).toEqual([FILL[0], FILL[1], CORRECTION[0], CORRECTION[1]]);
    for (const size of [1, 3, all.length]) expect(await list({}, size)).toEqual(all);
    expect(await list({ rebalanceId }, 5)).toEqual(own);
    expect(await list({ rebalanceId: 'another' })).toEqual([]);
    // Lines after one that was seen, in pages as well.
    const seen = present(all[2], 'there are more than two lines').sequence;
    for (const size of [1, 500])
      expect(await list({ afterSequence: seen }, size)).toEqual(all.slice(3));
    expect(await list({ afterSequence: BigInt(all.length) })).toEqual([]);
  });

  it('shows those after a sequence, in pages too, and none of before whatever else is asked', async () => {
    const all = await list();
    for (const afterSequence of [0n, 1n, 4n, BigInt(all.length)]) {
      const later = all.filter(({ sequence }) => sequence > afterSequence);
      for (const size of [1, 3, 500]) expect(await list({ afterSequence }, size)).toEqual(later);
      const ofA = later.filter(({ assetId }) => assetId === 'A');
      expect(await list({ afterSequence, assetId: 'A' })).toEqual(ofA);
    }
    expect(await list({ afterSequence: 10n ** 9n })).toEqual([]);
    expect((await refusal(list({ afterSequence: -1n }))).violations).toMatchObject([
      { field: 'after_sequence', reason: 'FIELD_INVALID' },
    ]);
  });

  it('is for the people of the vault, and a page token for the question that it came from', async () => {
    const request = {
      vaultId,
      rebalanceId: '',
      assetId: '',
      afterSequence: 0n,
      pageSize: 1,
      pageToken: '',
    };
    const stranger = await world.clients('stranger', ['rebalance:write']);
    const refused = await refusal(stranger.vaults.listLedgerEntries(request));
    expect(refused.reason).toBe('PERMISSION_DENIED');
    const { nextPageToken: pageToken } = await world.vaults.listLedgerEntries(request);
    const other = world.vaults.listLedgerEntries({ ...request, pageToken, assetId: 'A' });
    expect((await refusal(other)).reason).toBe('PAGE_TOKEN_INVALID');
    const later = world.vaults.listLedgerEntries({ ...request, pageToken, afterSequence: 1n });
    expect((await refusal(later)).reason).toBe('PAGE_TOKEN_INVALID');
    const nowhere = world.vaults.listLedgerEntries({ ...request, vaultId: 'nowhere' });
    expect((await refusal(nowhere)).reason).toBe('VAULT_NOT_FOUND');
  });
});

describe('WatchRebalance', () => {
  async function watched(): Promise<readonly RebalanceEvent[]> {
    const events: RebalanceEvent[] = [];
    for await (const { event } of world.orderGen.watchRebalance({
      rebalanceId,
      afterSequence: 0n,
    })) {
      events.push(present(event, 'a message of the stream has an event'));
    }
    return events;
  }

  it('carries the plan and exactly the entries that its steps booked', async () => {
    const events = await watched();
    const booked = events.flatMap(({ event }) =>
      event?.$case === 'ledger' ? [event.value.entries] : [],
    );
    expect(booked.map((entries) => entries.map(textOf))).toEqual([FILL, CORRECTION]);
    expect(booked.flat()).toEqual(await list({ rebalanceId }));
    const plan = events[0]?.event?.$case === 'plan' ? events[0].event.value : undefined;
    const now = await world.rebalance(rebalanceId);
    expect(plan).toMatchObject({ rebalanceId, h0: now.h0, nextIndex: 0, cash: '10000' });
    expect(plan?.actions.map(({ assetId, amount }) => [assetId, amount])).toEqual([
      ['A', '2100'],
      ['B', '1260'],
      ['C', '840'],
      ['D', '2520'],
      ['E', '1680'],
    ]);
  });

  it('is refused to a stranger', async () => {
    const stranger = await world.clients('stranger', ['rebalance:write']);
    const stream = stranger.orderGen.watchRebalance({ rebalanceId, afterSequence: 0n });
    const first = stream[Symbol.asyncIterator]().next();
    expect((await refusal(first)).reason).toBe('PERMISSION_DENIED');
  });
});
