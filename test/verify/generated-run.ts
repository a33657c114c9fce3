import { present } from '@trimtab/core';
import { min, valueOf } from '@trimtab/decimal';
import {
  amountOf,
  bookMovement,
  buyTerms,
  changesOf,
  extendChain,
  hasEnded,
  isSell,
  orderIdOf,
  quoteOf,
  reportIdOf,
  resolveReport,
  sellTerms,
  shortTerms,
  tradeOfShort,
  type Action,
  type BundleEntry,
  type ChainHead,
  type Correction,
  type EventDocument,
  type FailureReason,
  type FillMeasure,
  type FoldInput,
  type Generation,
  type OrderConditions,
} from '@trimtab/ordergen/domain';
import type { GeneratedVault } from './generated-vault.js';
import type { Random } from './random.js';

/** Cumulative numbers of an order. */
interface Executed {
  readonly quantity: bigint;
  readonly underlying: bigint;
  readonly collateral: bigint;
  readonly fee: bigint;
}

/** A rebalance while its results come in. */
export interface Run {
  head: ChainHead;
  readonly events: EventDocument[];
  readonly ledger: BundleEntry[];
  readonly settled: { readonly index: number; booked: Executed; sequence: number }[];
}

/** What a run plays. */
export interface Stage {
  readonly random: Random;
  readonly rebalanceId: string;
  readonly vault: GeneratedVault;
  readonly generation: Generation;
  readonly settles: boolean;
}

const NOTHING: Executed = { quantity: 0n, underlying: 0n, collateral: 0n, fee: 0n };

/** Plays random results, corrections and stops from a start until nothing more comes. */
export function play(stage: Stage, start: ChainHead): Run {
  const { random } = stage;
  const run: Run = { head: start, events: [], ledger: [], settled: [] };
  if (run.head.state.state === 'AWAITING_APPROVAL') {
    tell(stage, run, random.once(5) ? { kind: 'CANCEL', reason: 'owner' } : { kind: 'APPROVE' });
  }
  const most = random.once(5) ? random.between(0, 6) : 1_000;
  for (let round = 0; round < most && !hasEnded(run.head.state.state); round += 1) {
    const stops = run.head.state.state === 'EXECUTING' && random.once(25);
    if (stops) tell(stage, run, random.once(2) ? { kind: 'CANCEL' } : { kind: 'EXPIRE' });
    if (random.once(60)) tell(stage, run, { kind: 'FAULT', reason: 'a rule broke', index: 0 });
    if (hasEnded(run.head.state.state)) break;
    settle(stage, run);
    if (random.once(6)) correct(stage, run);
    if (random.once(20)) correctOther(stage, run);
  }
  if (random.once(4)) correct(stage, run);
  return run;
}

function tell(stage: Stage, run: Run, input: FoldInput): void {
  const step = extendChain(stage.generation.program, run.head, input);
  if (!step.ok) throw new Error(`${input.kind}: ${step.error.message}`);
  run.head = step.value.head;
  run.events.push(step.value.event);
}

function conditionsOf({ vault, settles }: Stage, action: Action): OrderConditions {
  const entry = present(vault.prices.entries.get(action.assetId), 'a traded asset has a price');
  const minimumOrder = settles ? 'EXEMPT' : 'ENFORCE';
  return { prices: vault.prices, entry, slippageLimitBps: 50, minimumOrder };
}

function heldOf({ vault }: Stage, action: Action) {
  return vault.positions.find(
    ({ assetId, side }) => assetId === action.assetId && side === action.side,
  );
}

function shortOf(stage: Stage, action: Action) {
  const held = heldOf(stage, action);
  const { deltaExposure, deltaCollateral, deltaNet } = action;
  const legs = { deltaExposure, deltaCollateral, deltaNet };
  return { ...legs, held: held?.quantity ?? 0n, heldCollateral: held?.collateral ?? 0n };
}

/** The next action comes to its result, one that no venue would take by itself. */
function settle(stage: Stage, run: Run): void {
  const { generation, vault, random } = stage;
  const { program } = generation;
  const { state } = run.head;
  const index = state.nextIndex;
  const action = present(generation.actions[index], 'a running rebalance has a next action');
  const amount = amountOf(program, state);
  const unsent = unsentReason(stage, action, amount, state.cash);
  if (unsent !== undefined) {
    const result = {
      index,
      filled: 0n,
      cashMoved: 0n,
      execType: 'REJECTED',
      reason: unsent,
    } as const;
    tell(stage, run, { kind: 'RESULT', result });
    return;
  }
  const executed = execute(stage, action, amount);
  const whole = random.once(2) && executed.quantity > 0n;
  const reason: FailureReason = random.once(40) ? 'PLAN_HASH_MISMATCH' : 'VENUE_REJECTED';
  const { tolerances } = generation;
  const quote = quoteOf(vault.prices, conditionsOf(stage, action).entry);
  const measure: FillMeasure =
    action.side === 'LONG'
      ? { kind: 'LONG', quote, tolerance: tolerances.net }
      : measureOfShort(stage, action, amount);
  const resolved = resolveReport(
    program,
    state,
    {
      execType: whole ? 'FILL' : 'CANCELED',
      ...(!whole && random.once(2) && { reason }),
      cumulativeQuantity: executed.quantity,
      cumulativeUnderlying: executed.underlying,
      cumulativeFee: executed.fee,
      ...(action.side === 'SHORT' && { cumulativeCollateral: executed.collateral }),
    },
    measure,
  );
  const parts = random.once(3) ? 2 : 1;
  if (parts === 2) book(stage, run, action, { from: NOTHING, to: half(executed), sequence: 1 });
  const from = parts === 2 ? half(executed) : NOTHING;
  book(stage, run, action, { from, to: executed, sequence: parts });
  run.settled.push({ index, booked: executed, sequence: parts });
  tell(stage, run, { kind: 'RESULT', result: resolved.result });
  if (resolved.correction === 0n || run.head.state.state === 'FAULTED') return;
  const cash = resolved.correction;
  tell(stage, run, { kind: 'CORRECTION', correction: { index, cash, execType: 'FILL' } });
}

function measureOfShort(stage: Stage, action: Action, amount: bigint): FillMeasure {
  const trade = tradeOfShort(shortOf(stage, action), amount, conditionsOf(stage, action));
  const orderedCollateral = -trade.collateralDelta;
  return { kind: 'SHORT', orderedQuantity: trade.quantityIn, orderedCollateral };
}

function unsentReason(
  stage: Stage,
  action: Action,
  amount: bigint,
  cash: bigint,
): 'BELOW_LOT' | 'INSUFFICIENT_BALANCE' | undefined {
  const conditions = conditionsOf(stage, action);
  if (action.side === 'SHORT') {
    const dispatch = { amount, releasesCash: action.group !== 3, cash };
    const terms = shortTerms(shortOf(stage, action), dispatch, conditions);
    return terms.ok ? undefined : terms.error;
  }
  const held = heldOf(stage, action)?.quantity ?? 0n;
  const terms =
    action.group === 3
      ? buyTerms(amount, conditions)
      : sellTerms({ amount, cap: action.cap ?? 0n, held }, conditions);
  return terms.ok ? undefined : terms.error;
}

/** What the venue made of an order: all of it, a part, nothing, or a little too much. */
function execute(stage: Stage, action: Action, amount: bigint): Executed {
  const { random, vault } = stage;
  if (random.once(5)) return NOTHING;
  const share = random.once(2) ? 100n : random.amount(1n, 103n);
  const quote = quoteOf(vault.prices, conditionsOf(stage, action).entry);
  const slip = random.amount(9_900n, 10_060n);
  const fee = random.once(2) ? 0n : random.amount(0n, 1n + amount / 1_000n);
  if (action.side === 'SHORT') {
    const trade = tradeOfShort(shortOf(stage, action), amount, conditionsOf(stage, action));
    const part = (value: bigint): bigint => (value * min(share, 100n)) / 100n;
    const underlying = min(part(amount), (part(amount) * slip) / 10_000n);
    return {
      quantity: part(trade.quantityIn),
      underlying,
      collateral: part(trade.collateralDelta),
      fee,
    };
  }
  if (action.group === 3) {
    const spent = (amount * share) / 100n;
    const { price, assetDecimals, underlyingDecimals } = quote;
    const units = 10n ** BigInt(assetDecimals + price.scale);
    const quantity = (spent * units) / (price.digits * 10n ** BigInt(underlyingDecimals));
    return { quantity, underlying: spent, collateral: 0n, fee: min(fee, spent) };
  }
  const held = heldOf(stage, action)?.quantity ?? 0n;
  const terms = sellTerms({ amount, cap: action.cap ?? 0n, held }, conditionsOf(stage, action));
  const ordered = terms.ok && terms.value.kind === 'SELL' ? terms.value.quantityIn : 0n;
  const quantity = (ordered * share) / 100n;
  const proceeds = (valueOf(quantity, quote) * slip) / 10_000n;
  return {
    quantity,
    underlying: proceeds - min(fee, proceeds),
    collateral: 0n,
    fee: min(fee, proceeds),
  };
}

function half({ quantity, underlying, collateral, fee }: Executed): Executed {
  return {
    quantity: quantity / 2n,
    underlying: underlying / 2n,
    collateral: collateral / 2n,
    fee: fee / 2n,
  };
}

function book(
  stage: Stage,
  run: Run,
  action: Action,
  move: { readonly from: Executed; readonly to: Executed; readonly sequence: number },
): void {
  const { from, to, sequence } = move;
  const orderId = orderIdOf(stage.rebalanceId, action.index);
  const falls = action.side === 'LONG' ? action.group !== 3 : action.deltaExposure < 0n;
  const sign = action.group === 3 ? -1n : 1n;
  const quantity = to.quantity - from.quantity;
  const kind = sequence > 2 ? 'CORRECTION' : 'FILL';
  const lines = bookMovement(kind, 'USDC', {
    assetId: action.assetId,
    side: action.side,
    quantity: falls ? -quantity : quantity,
    cash: sign * (to.underlying - from.underlying),
    fee: to.fee - from.fee,
    collateral: to.collateral - from.collateral,
  });
  const { rebalanceId } = stage;
  const transactionId = reportIdOf(orderId, sequence);
  for (const line of lines) {
    const { index } = action;
    run.ledger.push({
      ...line,
      transactionId,
      rebalanceId,
      index,
      orderId,
      reportSequence: sequence,
    });
  }
}

/** A settled action of this rebalance is busted, or its fill changed. */
function correct(stage: Stage, run: Run): void {
  const { random, generation } = stage;
  const [first, ...rest] = run.settled;
  if (first === undefined || run.head.state.state === 'FAULTED') return;
  const target = random.pick([first, ...rest]);
  const action = present(generation.actions[target.index], 'a settled action exists');
  const from = target.booked;
  const to = random.once(2) ? NOTHING : half(from);
  const moved = to.underlying - from.underlying;
  if (moved === 0n && to.quantity === from.quantity && to.fee === from.fee) return;
  const sequence = Math.max(3, target.sequence + 1);
  book(stage, run, action, { from, to, sequence });
  target.booked = to;
  target.sequence = sequence;
  const correction: Correction = {
    index: target.index,
    cash: isSell(generation.program, target.index) ? moved : -moved,
    cumulativeQuantity: to.quantity,
    ...(action.side === 'SHORT' && { collateralMoved: to.collateral }),
    fee: to.fee,
    execType: 'TRADE_CORRECT',
  };
  tell(stage, run, { kind: 'CORRECTION', correction });
}

/** Money of an earlier rebalance of the vault moves late. */
function correctOther(stage: Stage, run: Run): void {
  const { random } = stage;
  if (run.head.state.state === 'FAULTED') return;
  const rebalanceId = 'an-earlier-rebalance';
  const sequence = run.ledger.length + 1;
  const orderId = orderIdOf(rebalanceId, 0);
  const transactionId = reportIdOf(orderId, sequence);
  const lines = bookMovement('CORRECTION', 'USDC', {
    assetId: 'A0',
    side: 'LONG',
    quantity: random.amount(-5n, 5n),
    cash: random.amount(-1_000n, 1_000n),
    fee: 0n,
    collateral: 0n,
  });
  for (const line of lines) {
    run.ledger.push({
      ...line,
      transactionId,
      rebalanceId,
      index: 0,
      orderId,
      reportSequence: sequence,
    });
  }
  tell(stage, run, {
    kind: 'CORRECTION',
    correction: { cash: changesOf(lines).cash, cumulativeQuantity: 3n, fee: 0n },
  });
}
