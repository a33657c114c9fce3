import { instant } from '@trimtab/core';
import { orderIdOf, reportIdOf } from '../domain/ids.js';
import { rebalanceHash, type RebalanceDocument } from '../domain/rebalance-document.js';
import { startRebalance } from '../domain/start-rebalance.js';
import type { ApplyReport, ReportStore } from './apply-report.js';
import type { ExecutionReport } from './execution-report.js';
import type { Messages } from './outgoing.js';
import type { WaitingReport } from './ports.js';
import { goOn } from './progress.js';
import { factsOf } from './rebalance-facts.js';
import type { ActionRecord, RebalanceFacts, RunningRebalance } from './rebalance-record.js';
import type { RebalanceStep } from './rebalance-step.js';
import { afterStep, createStepDraft } from './step-draft.js';

/** A rebalance in memory whose reports come in any order and number. */

const NOW = instant(1_522_800_000_000);

/** Messages that nobody reads. */
export const silentMessages: Messages = {
  dispatch: () => ({ subject: '', messageType: '', payload: new Uint8Array() }),
  rebalanceEvent: () => ({ subject: '', messageType: '', payload: new Uint8Array() }),
};

/** Sells of [amount, cap] and buys, as facts; prices are 1. */
export function factsFor(
  sells: readonly (readonly [number, number])[],
  buys: readonly number[],
): RebalanceFacts {
  const names = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  const sum = (list: readonly number[]): string => String(list.reduce((a, b) => a + b, 0));
  const action = (index: number, amount: number) => ({
    index,
    assetId: names.charAt(index),
    side: 'LONG',
    deltaCollateral: String(amount),
    deltaExposure: String(amount),
    deltaNet: String(amount),
  });
  const document: RebalanceDocument = {
    vaultId: 'vault',
    vaultVersion: 1,
    purpose: 'REBALANCE',
    planHash: 'plan',
    snapshotHash: 'snapshot',
    cash: '1000000',
    positions: sells.map(([, cap], index) => ({
      assetId: names.charAt(index),
      side: 'LONG',
      quantity: String(cap),
    })),
    tolerances: { kind: 'ABSOLUTE', exposure: '0', collateral: '0', net: '0' },
    netMode: 'STANDARD',
    sequencing: 'GUIDELINE',
    underlyingFloor: '999990',
    slippageLimitBps: 50,
    expireTime: '2018-04-04T00:02:00.000Z',
    nav: '10000000',
    actions: [
      ...sells.map(([amount, cap], index) => ({
        ...action(index, -amount),
        group: 2,
        cap: String(cap),
      })),
      ...buys.map((amount, at) => ({ ...action(sells.length + at, amount), group: 3 })),
    ],
    openSells: sum(sells.map(([amount]) => amount)),
    openBuys: sum(buys),
  };
  const one = { digits: 1n, scale: 0 };
  return factsOf({
    rebalanceId: 'rebalance',
    fence: 1,
    h0: rebalanceHash(document),
    document,
    snapshot: {
      snapshotHash: 'snapshot',
      denomination: 'USDC',
      entries: document.actions.map(({ assetId }) => ({
        assetId,
        decimals: 6,
        lot: 1n,
        minimumOrder: 0n,
        price: one,
      })),
    },
    denominationDecimals: 6,
    txBundleHash: 'bundle',
    targetWeightsHash: 'targets',
    requestedBy: 'owner',
    traceId: '0'.repeat(32),
    createTime: NOW,
  });
}

/** A store of one rebalance in memory, as strict as the database: versions, and a key per report. */
export interface MemoryStore extends ReportStore {
  readonly running: () => RunningRebalance;
  /** What the ledger lines add to the cash of the vault. */
  readonly cashMoved: () => bigint;
}

/** Creates it with the first order out. */
export function createMemoryStore(facts: RebalanceFacts): MemoryStore {
  const actions = new Map<number, ActionRecord>();
  const inbox = new Map<string, 'APPLIED' | 'WAITING' | 'DUPLICATE'>();
  const waiting = new Map<string, WaitingReport>();
  let cash = 0n;
  let running: RunningRebalance = {
    facts,
    version: 1,
    head: { sequence: 0, hash: facts.h0, state: startRebalance(facts.program, 'EXECUTE').state },
    stateReason: '',
    waitingCount: 0,
    feedCount: 0,
    vault: { mode: 'OPEN', frozen: false, fence: 1 },
  };
  const write = (step: RebalanceStep): void => {
    running = afterStep(running, step);
    for (const eventId of step.usedReports) {
      waiting.delete(eventId);
      inbox.set(eventId, 'APPLIED');
    }
    for (const change of step.actions) {
      actions.set(change.index, { ...NOTHING_KNOWN, ...actions.get(change.index), ...change });
    }
    for (const { lines } of step.ledger) {
      for (const { account, amount } of lines) if (account === 'CASH') cash += amount;
    }
  };
  const draft = createStepDraft(running, NOW);
  goOn(draft, [], silentMessages);
  write(draft.finish(undefined, undefined));
  return {
    running: () => running,
    cashMoved: () => cash,
    loadRunning: async () => running,
    findVault: async () => undefined,
    transaction: () => Promise.reject(new Error('one rebalance needs no transaction')),
    findAction: async (_, index) => actions.get(index),
    listWaiting: async () =>
      [...waiting.values()].sort(
        ({ report: left }, { report: right }) =>
          left.index - right.index || left.sequence - right.sequence,
      ),
    knowsReport: async (eventId) => inbox.has(eventId),
    recordReport: async ({ eventId, state }) => {
      if (inbox.has(eventId)) return false;
      inbox.set(eventId, state);
      return true;
    },
    commit: async (step) => {
      if (step.expected.version !== running.version) return 'CONFLICT';
      if (step.inbox !== undefined && inbox.has(step.inbox.eventId)) return 'DUPLICATE';
      write(step);
      if (step.inbox === undefined) return 'COMMITTED';
      const { eventId, state } = step.inbox;
      inbox.set(eventId, state);
      if (state === 'WAITING')
        waiting.set(eventId, { eventId, report: reportOf(step.inbox.payload) });
      return 'COMMITTED';
    },
  };
}

const NOTHING_KNOWN = {
  state: 'PENDING',
  booked: { quantity: 0n, underlying: 0n, collateral: 0n, fee: 0n },
  reportSequence: 0,
} as const;

/** Reports stay objects: the payload of a memory store is where one stands in its list. */
const sent: ExecutionReport[] = [];
const places = new Map<string, number>();

/** The payload that stands for a report. */
export function payloadOf(report: ExecutionReport): Uint8Array {
  const place = places.get(report.eventId) ?? sent.push(report) - 1;
  places.set(report.eventId, place);
  return new Uint8Array([place]);
}

function reportOf(payload: Uint8Array): ExecutionReport {
  const report = sent[payload[0] ?? 0];
  if (report === undefined) throw new Error('the report was sent');
  return report;
}

/** What an executor reports about an order of an amount: its parts, then its last word. */
export function reportsOf(
  facts: RebalanceFacts,
  order: { readonly index: number; readonly amount: bigint },
  percents: readonly number[],
): readonly ExecutionReport[] {
  const { index, amount } = order;
  const orderId = orderIdOf(facts.rebalanceId, index);
  const isBuy = facts.actions[index]?.group === 3;
  return percents.map((percent, at): ExecutionReport => {
    const sequence = at + 1;
    const quantity = (amount * BigInt(percent)) / 100n;
    const isLast = sequence === percents.length;
    // A sell loses 1 in 500 against the reference, a buy spends what it takes.
    const underlying = isBuy ? quantity : quantity - quantity / 500n;
    return {
      eventId: reportIdOf(orderId, sequence),
      orderId,
      rebalanceId: facts.rebalanceId,
      vaultId: facts.vaultId,
      index,
      execType: isLast ? lastWord(percent) : 'PARTIAL_FILL',
      orderedAmount: amount,
      executed: { quantity, underlying, collateral: 0n, fee: quantity / 1000n },
      ...(isLast && percent < 100 && { reason: 'INSUFFICIENT_LIQUIDITY' as const }),
      sequence,
      occurTime: NOW,
    };
  });
}

function lastWord(percent: number): ExecutionReport['execType'] {
  if (percent === 100) return 'FILL';
  return percent === 0 ? 'REJECTED' : 'CANCELED';
}

/** Delivers reports one after the other. */
export async function deliver(
  applyReport: ApplyReport,
  reports: readonly ExecutionReport[],
): Promise<void> {
  for (const report of reports) {
    const applied = await applyReport({ report, subject: '', payload: payloadOf(report) });
    if (applied.kind === 'DEAD' || applied.kind === 'CONFLICT') {
      throw new Error(`report ${report.sequence} of action ${report.index} became ${applied.kind}`);
    }
  }
}
