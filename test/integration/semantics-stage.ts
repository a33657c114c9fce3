import { contentHash, TAGS } from '@trimtab/canonical';
import type { ExecType } from '@trimtab/contracts/execution';
import { type ExecutionReport, type OrderDispatch } from '@trimtab/contracts/execution';
import {
  Action_State as ActionState,
  Rebalance_State as RebalanceState,
  type Rebalance,
  type RebalanceTerms,
} from '@trimtab/contracts/ordergen';
import {
  LedgerEntry_Account as Account,
  type LedgerEntry,
  type Vault,
} from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import { HEADERS } from '@trimtab/messaging';
import { eventually } from '@trimtab/testkit';
import { expect } from 'vitest';
import {
  FAILED,
  fundedVault,
  requestId,
  startExample,
  type OrderGenWorld,
} from './ordergen-world.js';

/** One rebalance of one vault, and everything that a story can do to it. */
export interface Stage {
  readonly world: OrderGenWorld;
  readonly vaultId: string;
  readonly rebalanceId: string;
  /** The order of an action, once it is dispatched. */
  order(index: number): Promise<OrderDispatch>;
  /** The order as it would be dispatched with an amount, whether it was or not. */
  early(index: number, amount: string): Promise<OrderDispatch>;
  /** Reports a full fill, or what is stated instead. */
  fill(index: number, fields?: Partial<ExecutionReport>): Promise<ExecutionReport>;
  /** Reports that nothing was executed. */
  fail(index: number): Promise<ExecutionReport>;
  /** Reports something about an order; quantity and money are equal at a price of 1. */
  say(
    order: OrderDispatch,
    execType: ExecType,
    amount: string,
    sequence: number,
    money?: string,
  ): Promise<ExecutionReport>;
  cancel(): Promise<void>;
  /** Indices that were sent to the executor, in order. */
  sent(): readonly number[];
}

/** Starts the example on a vault of its own. */
export async function openStage(
  world: OrderGenWorld,
  terms: Partial<RebalanceTerms> = {},
  vault?: Vault,
): Promise<Stage> {
  const own = vault ?? (await fundedVault(world));
  const { rebalanceId } = await startExample(world, own, terms);
  return stageOf(world, own.vaultId, rebalanceId);
}

/** The stage of a rebalance that runs. */
export function stageOf(world: OrderGenWorld, vaultId: string, rebalanceId: string): Stage {
  const mine = (): readonly OrderDispatch[] =>
    world.dispatches.filter((dispatch) => dispatch.rebalanceId === rebalanceId);
  const order = (index: number): Promise<OrderDispatch> =>
    eventually(() => mine().findLast((dispatch) => dispatch.index === index), {
      what: `the dispatch of action ${index}`,
    });
  return {
    world,
    vaultId,
    rebalanceId,
    order,
    early: async (index, amount) => {
      const first = await order(0);
      const orderId = contentHash(TAGS.orderId, { rebalanceId, index, attempt: 1 });
      const exactIn = { $case: 'quantityIn', value: amount } as const;
      return { ...first, index, amount, orderId, exactIn };
    },
    fill: async (index, fields = {}) => world.report(await order(index), fields),
    fail: async (index) => world.report(await order(index), FAILED),
    say: (of, execType, amount, sequence, money = amount) =>
      world.report(of, {
        execType,
        cumulativeQuantity: amount,
        cumulativeUnderlying: money,
        reportSequence: BigInt(sequence),
      }),
    cancel: async () => {
      await world.orderGen.cancelRebalance({ requestId: requestId(), rebalanceId, reason: '' });
    },
    sent: () => mine().map(({ index }) => index),
  };
}

/** Waits until a report has taken effect, waits, or is known to change nothing. */
export async function known({ world }: Stage, report: ExecutionReport): Promise<void> {
  await eventually(
    async () => {
      const { rows } = await world.database.pool.query('select from inbox where event_id = $1', [
        report.eventId,
      ]);
      return rows.length > 0 ? true : undefined;
    },
    { what: `report ${report.reportSequence} of action ${report.index}` },
  );
}

/** What a row of the table states about its end. */
export interface Outcome {
  readonly state: keyof typeof RebalanceState;
  /** Of the fold. */
  readonly cash: string;
  readonly toUnderlying?: string;
  readonly residual?: string;
  readonly corrections?: string;
  /** By index; absent when every action is FILLED. */
  readonly actions?: readonly string[];
  /** The dispatched amounts by index; absent for the planned ones. */
  readonly amounts?: readonly string[];
  /** Of the vault, which counts what the fold of a faulted rebalance does not; absent if equal. */
  readonly vaultCash?: string;
  /** What the executor was sent; absent for every action once. */
  readonly sent?: readonly number[];
}

const EACH = [0, 1, 2, 3, 4];

/** Checks everything that an outcome states, that the ledger balances and that the chain replays. */
export async function expectOutcome(stage: Stage, outcome: Outcome): Promise<Rebalance> {
  const { world, rebalanceId, vaultId } = stage;
  const end = await world.reaches(rebalanceId, RebalanceState[outcome.state]);
  const wanted = {
    cash: outcome.cash,
    toUnderlying: outcome.toUnderlying ?? '0',
    residual: outcome.residual ?? '0',
    corrections: outcome.corrections ?? '0',
  };
  const { cash, toUnderlying, residual, corrections } = end;
  expect({ cash, toUnderlying, residual, corrections }).toEqual(wanted);
  const states = end.actions.map((action) => nameOf(ActionState, action.state));
  expect(states).toEqual(outcome.actions ?? EACH.map(() => 'FILLED'));
  if (outcome.amounts !== undefined) {
    expect(end.actions.map(({ amount }) => amount)).toEqual(outcome.amounts);
  }
  expect(stage.sent()).toEqual(outcome.sent ?? EACH);
  const { vault } = await world.vaults.getVault({ vaultId });
  expect(vault?.cash).toBe(outcome.vaultCash ?? outcome.cash);
  await expectConserved(world, vaultId);
  const replay = await world.orderGen.replayRebalance({ rebalanceId });
  expect(replay).toMatchObject({ equal: true, replayedHash: end.stateHash });
  return end;
}

function nameOf(names: Readonly<Record<string, unknown>>, value: unknown): string {
  const found = Object.entries(names).find(([, candidate]) => candidate === value)?.[0];
  return present(found, `${String(value)} has a name`).replace('STATE_', '');
}

/** Every asset of the ledger sums to 0, and its vault accounts to what the vault holds. */
export async function expectConserved(world: OrderGenWorld, vaultId: string): Promise<void> {
  const { vault } = await world.vaults.getVault({ vaultId });
  const sums = new Map<string, bigint>();
  const total = new Map<string, bigint>();
  for (const { account, assetId, amount } of await ledgerOf(world, vaultId)) {
    total.set(assetId, (total.get(assetId) ?? 0n) + BigInt(amount));
    const isCash = account === Account.ACCOUNT_CASH;
    if (!isCash && account !== Account.ACCOUNT_POSITION) continue;
    const key = isCash ? 'cash' : assetId;
    sums.set(key, (sums.get(key) ?? 0n) + BigInt(amount));
  }
  expect([...total].filter(([, sum]) => sum !== 0n)).toEqual([]);
  expect(sums.get('cash')?.toString()).toBe(vault?.cash);
  const held = [...sums].filter(([key, sum]) => key !== 'cash' && sum !== 0n);
  expect(held.map(([assetId, sum]) => [assetId, sum.toString()]).sort()).toEqual(
    present(vault, 'the vault is found').positions.map(({ assetId, quantity }) => [
      assetId,
      quantity,
    ]),
  );
}

async function ledgerOf(world: OrderGenWorld, vaultId: string): Promise<readonly LedgerEntry[]> {
  const request = {
    vaultId,
    pageSize: 500,
    pageToken: '',
    rebalanceId: '',
    assetId: '',
    afterSequence: 0n,
  };
  return (await world.vaults.listLedgerEntries(request)).entries;
}

/** Collects the dead letters of a world: event id and reason. */
export async function deadLetters(
  world: OrderGenWorld,
): Promise<{ reasonOf(eventId: string): Promise<string>; stop(): Promise<void> }> {
  const letters = new Map<string, string>();
  const watching = await world.bus.subscribe(
    {
      name: 'letters',
      stream: 'TRIMTAB_DEADLETTER',
      filterSubject: 'trimtab.deadletter.v1.>',
      concurrency: 1,
      ackWaitMillis: 30_000,
      maxDeliver: 1,
      backoffMillis: [100],
      keyOf: (subject) => subject,
    },
    async ({ eventId, headers }) => {
      letters.set(eventId, headers.get(HEADERS.reason) ?? '');
      return { kind: 'ack' };
    },
  );
  return {
    reasonOf: (eventId) => eventually(() => letters.get(eventId), { what: 'the dead letter' }),
    stop: () => watching.stop(),
  };
}
