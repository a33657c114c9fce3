import {
  checkBalance,
  checkShortFunding,
  fillOnPaper,
  rejection,
  type Order,
  type VenueReport,
} from '@trimtab/executor/domain';
import { DomainFailure, instant, present, type Instant } from '@trimtab/core';
import { max } from '@trimtab/decimal';
import { campaignCount } from '@trimtab/testkit';
import { describe, expect, it } from 'vitest';
import type { EventDocument } from '../domain/event-document.js';
import { reportIdOf } from '../domain/ids.js';
import { changesOf } from '../domain/ledger-holdings.js';
import { imbalanceOf, type LedgerLine } from '../domain/ledger.js';
import { positionText } from '../domain/position.js';
import { hasEnded } from '../domain/rebalance-state.js';
import { replay } from '../domain/replay.js';
import { startRebalance } from '../domain/start-rebalance.js';
import type { ExecutionReport } from './execution-report.js';
import { drawsOf, extremeCase, type Draws, type ExtremeCase } from './extremes.fixture.js';
import type { DispatchOrder, Messages } from './outgoing.js';
import { planRebalance, type PlannedRebalance } from './plan-rebalance.js';
import { goOn } from './progress.js';
import type { RebalanceFacts, RunningRebalance } from './rebalance-record.js';
import { settleReport } from './settle-report.js';
import { afterStep, createStepDraft, type StepDraft } from './step-draft.js';

const SEED = 20260718;
const EXPIRES = instant(60_000);
const NOW = instant(0);

/** A run in memory: the vault by its ledger, and everything that was recorded. */
interface Run {
  running: RunningRebalance;
  order: DispatchOrder | undefined;
  cash: bigint;
  readonly quantities: Map<string, bigint>;
  readonly collaterals: Map<string, bigint>;
  readonly lines: LedgerLine[];
  readonly events: EventDocument[];
  /** The largest number that a column has to hold. */
  widest: bigint;
}

/** Plans a case; absent when its vault is worth nothing. */
function planned(given: ExtremeCase, draws: Draws): PlannedRebalance | undefined {
  const { vault, plan, snapshot } = given;
  const deps = {
    clock: { now: () => NOW },
    store: { findVault: async () => vault },
    oracle: { getSnapshot: calledNobody, takeSnapshot: calledNobody },
    solver: { getPlan: calledNobody },
    tracing: {
      recalibrate: calledNobody,
      traceparentOf: () => undefined,
      current: () => ({ traceId: '', traceparent: undefined }),
    },
    orderExpirySeconds: 60,
  };
  try {
    return planRebalance(deps, {
      command: {
        vaultId: vault.vaultId,
        vaultVersion: vault.version,
        fence: vault.fence,
        planHash: plan.planHash,
        snapshotHash: snapshot.snapshotHash,
        purpose: 'REBALANCE',
        tolerances: { kind: 'ABSOLUTE', exposure: 0n, collateral: 0n, net: 0n },
        netMode: draws.pick(['STANDARD', 'CONSERVATIVE']),
        sequencing: { kind: draws.pick(['GUIDELINE', 'LARGEST_RELEASE_FIRST']) },
        underlyingFloor: draws.int(2) === 0 ? 0n : draws.magnitude(36),
        expireTime: EXPIRES,
      },
      vault,
      plan,
      snapshot,
      caller: { subject: vault.owner, scopes: new Set() },
      rebalanceId: 'rebalance',
    });
  } catch (error) {
    if (error instanceof DomainFailure && error.error.reason === 'NAV_NOT_POSITIVE')
      return undefined;
    throw error;
  }
}

function calledNobody(): never {
  throw new Error('planning asks nobody');
}

/** Takes a step: what it books and records, and the order that it sends. */
function step(run: Run, change: (draft: StepDraft) => void): void {
  const draft = createStepDraft(run.running, NOW);
  change(draft);
  run.order = undefined;
  const messages: Messages = {
    dispatch: (order) => {
      run.order = order;
      return { subject: '', messageType: '', payload: new Uint8Array() };
    },
    rebalanceEvent: () => ({ subject: '', messageType: '', payload: new Uint8Array() }),
  };
  goOn(draft, [], messages);
  const done = draft.finish(undefined, undefined);
  for (const { lines } of done.ledger) {
    expect(imbalanceOf(lines)).toBeUndefined();
    run.lines.push(...lines);
    const changes = changesOf(lines);
    run.cash += changes.cash;
    for (const position of changes.positions) {
      const key = positionText(position);
      add(run, run.quantities, key, position.quantity);
      add(run, run.collaterals, key, position.collateral);
    }
  }
  for (const { amount } of done.actions) widen(run, amount ?? 0n);
  widen(run, run.cash);
  run.events.push(...done.events.map(({ document }) => JSON.parse(document) as EventDocument));
  run.running = afterStep(run.running, done);
}

function add(run: Run, into: Map<string, bigint>, key: string, amount: bigint): void {
  const sum = (into.get(key) ?? 0n) + amount;
  into.set(key, sum);
  widen(run, sum);
}

function widen(run: Run, amount: bigint): void {
  run.widest = max(run.widest, amount < 0n ? -amount : amount);
}

/** What the reference executor would say: revalidation, then the paper venue. */
function answer(run: Run, order: DispatchOrder, draws: Draws): VenueReport {
  const { facts } = run.running;
  const entry = present(facts.prices.entries.get(order.assetId), 'an ordered asset has a price');
  const asked = toOrder(order, entry.price);
  const key = positionText({ assetId: order.assetId, side: order.side });
  const balance = {
    cash: run.cash,
    quantity: run.quantities.get(key) ?? 0n,
    collateral: run.collaterals.get(key) ?? 0n,
  };
  const market = {
    price: entry.price,
    assetDecimals: entry.decimals,
    underlyingDecimals: facts.prices.underlyingDecimals,
    lot: entry.lot,
    minimumOrder: entry.minimumOrder,
  };
  const refusal = checkBalance(asked, balance) ?? checkShortFunding(asked, balance, market);
  if (refusal !== undefined) return rejection(refusal.reason, 'paper');
  const fate = draws.int(5);
  if (fate === 0) return rejection('VENUE_REJECTED', 'paper');
  const fillBps = fate === 1 ? 1 + draws.int(9_999) : 10_000;
  const model = { seed: 'extremes', maxSlippageBps: draws.int(60), feeBps: draws.int(60) };
  const reports = fillOnPaper({ order: asked, market, model, fillBps });
  return present(reports.at(-1), 'the venue says something');
}

function toOrder(order: DispatchOrder, referencePrice: Order['referencePrice']): Order {
  const { quantityIn, underlyingIn } = order;
  const exactIn: Order['exactIn'] =
    quantityIn !== undefined
      ? { kind: 'QUANTITY', quantity: quantityIn }
      : underlyingIn !== undefined
        ? { kind: 'UNDERLYING', underlying: underlyingIn }
        : undefined;
  return { ...order, referencePrice, exactIn };
}

function toReport(order: DispatchOrder, said: VenueReport, occurTime: Instant): ExecutionReport {
  const { orderId, rebalanceId, vaultId, index, amount } = order;
  return {
    eventId: reportIdOf(orderId, 1),
    orderId,
    rebalanceId,
    vaultId,
    index,
    execType: said.execType,
    orderedAmount: amount,
    executed: said.executed,
    ...(said.failureReason !== undefined && { reason: said.failureReason }),
    sequence: 1,
    occurTime,
  };
}

function begin(facts: RebalanceFacts, { vault }: ExtremeCase): Run {
  const started = startRebalance(facts.program, 'EXECUTE');
  const held = vault.positions.map((position) => [positionText(position), position] as const);
  return {
    running: {
      facts,
      version: 1,
      head: { sequence: 0, hash: facts.h0, state: started.state },
      stateReason: '',
      waitingCount: 0,
      feedCount: 0,
      vault: { mode: 'OPEN', frozen: false, fence: 1 },
    },
    order: undefined,
    cash: vault.cash,
    quantities: new Map(held.map(([key, { quantity }]) => [key, quantity])),
    collaterals: new Map(held.map(([key, { collateral }]) => [key, collateral])),
    lines: [],
    events: [],
    widest: 0n,
  };
}

/** From the plan to the end, every order answered. */
function execute(given: ExtremeCase, facts: RebalanceFacts, draws: Draws): Run {
  const run = begin(facts, given);
  step(run, () => undefined);
  while (run.order !== undefined) {
    const { order } = run;
    const report = toReport(order, answer(run, order, draws), NOW);
    const { corrections } = run.running.head.state;
    step(run, (draft) => settleReport(draft, report));
    // The paper venue stays inside every order.
    expect(run.running.head.state.corrections).toBe(corrections);
  }
  return run;
}

/** What has to hold of every run, whatever it was. */
function check(run: Run, given: ExtremeCase): void {
  const { state } = run.running.head;
  const { program, document } = run.running.facts;
  expect([run.running.stateReason, hasEnded(state.state)]).toEqual(['', true]);
  expect(state.nextIndex).toBe(program.amounts.length);
  // The fold and the ledger know the same cash, and it is exactly what conservation says.
  expect(state.cash).toBe(run.cash);
  expect(state.cash).toBe(program.targetCash + state.toUnderlying - state.residual);
  // Nothing was given away that was not there.
  expect(run.cash >= 0n).toBe(true);
  const amounts = [...run.quantities.values(), ...run.collaterals.values()];
  expect(amounts.filter((amount) => amount < 0n)).toEqual([]);
  // What the vault has more of, the contra accounts have less of.
  const sums = new Map<string, bigint>();
  for (const { assetId, amount } of run.lines) {
    sums.set(assetId, (sums.get(assetId) ?? 0n) + amount);
  }
  expect([...sums].filter(([, sum]) => sum !== 0n)).toEqual([]);
  expect(changesOf(run.lines).cash).toBe(run.cash - given.vault.cash);
  const again = replay(document, run.events);
  expect(again.firstDifference).toBeUndefined();
  expect(again.stateHash).toBe(run.running.head.hash);
}

/** Mostly small vaults, some large, a few of 500 positions. */
function sizeOf(draws: Draws): number {
  const kind = draws.int(100);
  if (kind === 0) return 500;
  return kind < 5 ? 10 + draws.int(90) : 1 + draws.int(9);
}

describe('extreme values', () => {
  const count = campaignCount(3_000, 30_000);

  it(`conserve every unit from plan to last fill (${count} cases from seed ${SEED})`, () => {
    let [ran, shorts, failures] = [0, 0, 0];
    let widest = 0n;
    for (let number = 0; ran < count; number += 1) {
      const draws = drawsOf(SEED + number);
      const given = extremeCase(draws, sizeOf(draws));
      const plan = planned(given, draws);
      if (plan === undefined) continue;
      ran += 1;
      const run = execute(given, plan.facts, draws);
      try {
        check(run, given);
      } catch (error) {
        throw new Error(`case ${number} of seed ${SEED}`, { cause: error });
      }
      widest = max(widest, run.widest);
      shorts += plan.facts.actions.filter(({ side }) => side === 'SHORT').length;
      failures += run.events.filter(({ reason }) => reason !== undefined).length;
    }
    // A message and a column of amounts hold 128 digits.
    expect(widest.toString().length).toBeLessThanOrEqual(127);
    expect(shorts).toBeGreaterThan(count);
    expect(failures).toBeGreaterThan(count);
  }, 600_000);
});
