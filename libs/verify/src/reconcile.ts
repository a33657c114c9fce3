import { sameDocument } from './compare.js';
import { must, same } from './difference.js';
import { size, total } from './exact.js';
import type { Event } from './event.js';
import type { Entry } from './ledger.js';
import type { Node } from './node.js';
import { inOrder, keyOf } from './position.js';
import type { Action, Held, Rebalance } from './rebalance.js';

/** What the ledger is held against. */
export interface Story {
  readonly rebalance: Rebalance;
  readonly actions: readonly Action[];
  readonly events: readonly Event[];
  readonly state: string;
  /** The index whose result is next. */
  readonly next: number;
}

const RUNNING: readonly string[] = ['AWAITING_APPROVAL', 'EXECUTING', 'CANCELLING', 'EXPIRING'];

/**
 * Requires the ledger to say what the chain says, action by action: cash, quantity, collateral and
 * fee. The action that is out may be ahead of the chain by its parts. A faulted rebalance keeps its
 * fold while money is booked on, so its ledger is held to its own balances only.
 */
export function checkLedger(story: Story, ledger: readonly Entry[]): void {
  const own = ownId(story, ledger);
  const byIndex = new Map<number, Entry[]>();
  const loose: Entry[] = [];
  const settled = new Set(
    story.events.filter(({ kind }) => kind === 'RESULT').map(({ index }) => index ?? -1),
  );
  for (const entry of ledger) {
    const { index } = entry;
    if (entry.rebalanceId !== own || index === undefined) {
      loose.push(entry);
      continue;
    }
    checkPosition(story, entry, index);
    if (settled.has(index)) byIndex.set(index, [...(byIndex.get(index) ?? []), entry]);
    else if (!(RUNNING.includes(story.state) && index === story.next)) loose.push(entry);
  }
  if (story.state === 'FAULTED') return;
  const told = toldByIndex(story.events);
  for (const index of settled) {
    checkAction(story, index, { told: told.get(index) ?? [], entries: byIndex.get(index) ?? [] });
  }
  const corrected = story.events.filter(
    ({ kind, index }) => kind === 'CORRECTION' && index === undefined,
  );
  same('ledger (cash of late corrections)', cashOf(loose), total(corrected.map(movedBy)));
}

/** Whose actions these are: fills are always a rebalance's own, late corrections name no index. */
function ownId({ events }: Story, ledger: readonly Entry[]): string | undefined {
  const fills = ledger.filter(({ kind }) => kind !== 'CORRECTION');
  const ids = new Set(fills.map(({ rebalanceId }) => rebalanceId));
  for (const { path, rebalanceId } of fills) {
    must(`${path}.rebalanceId`, ids.size === 1, rebalanceId, 'one rebalance for every fill');
  }
  const [own] = ids;
  if (own !== undefined) return own;
  const corrects = events.some(({ kind, index }) => kind === 'CORRECTION' && index !== undefined);
  return corrects ? ledger[0]?.rebalanceId : undefined;
}

/** The lines of an action are of its position. */
function checkPosition({ actions }: Story, { path, position }: Entry, index: number): void {
  const action = actions[index];
  must(`${path}.index`, action !== undefined, index, `below ${actions.length}`);
  if (position === undefined || action === undefined) return;
  same(`${path}.position.assetId`, position.assetId, action.assetId);
  same(`${path}.position.side`, position.side, action.side);
}

function toldByIndex(events: readonly Event[]): ReadonlyMap<number, readonly Event[]> {
  const told = new Map<number, Event[]>();
  for (const event of events) {
    if (event.index === undefined || event.kind === 'FAULT') continue;
    told.set(event.index, [...(told.get(event.index) ?? []), event]);
  }
  return told;
}

interface Sides {
  readonly told: readonly Event[];
  readonly entries: readonly Entry[];
}

function checkAction(story: Story, index: number, { told, entries }: Sides): void {
  const buys = story.actions[index]?.group === 3;
  const cash = told.map((event) =>
    event.kind === 'RESULT' && buys ? -movedBy(event) : movedBy(event),
  );
  const path = `ledger (action ${index})`;
  same(`${path}.cash`, cashOf(entries), total(cash));
  const of = (account: string): bigint =>
    total(entries.filter((one) => one.account === account).map(({ amount }) => amount));
  const last = <Value>(read: (event: Event) => Value | undefined): Value | undefined =>
    told.map(read).findLast((value) => value !== undefined);
  same(`${path}.quantity`, size(of('POSITION')), last(({ quantity }) => quantity) ?? 0n);
  same(`${path}.fee`, of('FEES'), last(({ fee }) => fee) ?? 0n);
  const collateral = last((event) => event.collateral);
  if (collateral !== undefined) same(`${path}.collateral`, of('COLLATERAL'), collateral);
}

function movedBy(event: Event): bigint {
  return event.cashMoved ?? 0n;
}

function cashOf(entries: readonly Entry[]): bigint {
  return total(entries.filter(({ account }) => account === 'CASH').map(({ amount }) => amount));
}

/** Requires the holdings to be what was held and what the ledger moved, and nothing else. */
export function checkHoldings(node: Node, rebalance: Rebalance, ledger: readonly Entry[]): void {
  const held = new Map<string, Held>(rebalance.held.map((one) => [keyOf(one), one]));
  for (const { position, account, amount } of ledger) {
    if (position === undefined) continue;
    const before = held.get(keyOf(position)) ?? { ...position, quantity: 0n, collateral: 0n };
    // What a short owes is a negative amount of its asset.
    const moved = position.side === 'SHORT' ? -amount : amount;
    held.set(
      keyOf(position),
      account === 'COLLATERAL'
        ? { ...before, collateral: before.collateral + amount }
        : { ...before, quantity: before.quantity + moved },
    );
  }
  const open = inOrder(held.values()).filter(
    ({ quantity, collateral }) => quantity !== 0n || collateral !== 0n,
  );
  sameDocument(node.path, node.value, {
    cash: (rebalance.cash + cashOf(ledger)).toString(),
    positions: open.map(({ assetId, side, quantity, collateral }) => ({
      assetId,
      side,
      quantity: quantity.toString(),
      ...(side === 'SHORT' && { collateral: collateral.toString() }),
    })),
  });
}
