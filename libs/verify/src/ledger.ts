import { must, refuse, same } from './difference.js';
import { hashOf, TAGS } from './hash.js';
import {
  amount,
  count,
  digest,
  items,
  members,
  name,
  word,
  type Members,
  type Node,
} from './node.js';
import { placeOf, type Place } from './position.js';

/** One line of the ledger. */
export interface Entry {
  readonly path: string;
  readonly transaction: string;
  readonly kind: 'FILL' | 'FEE' | 'CORRECTION';
  readonly account: 'CASH' | 'POSITION' | 'COLLATERAL' | 'VENUE' | 'FEES';
  readonly assetId: string;
  readonly position?: Place;
  readonly amount: bigint;
  readonly rebalanceId: string;
  readonly index?: number;
}

const REQUIRED = ['transactionId', 'kind', 'account', 'assetId', 'amount', 'rebalanceId'] as const;
const OPTIONAL = ['position', 'index', 'orderId', 'reportSequence'] as const;
type Fields = Members<(typeof REQUIRED)[number], (typeof OPTIONAL)[number]>;

/** Reads the ledger: every id that follows from others, and every transaction balanced by asset. */
export function readLedger(node: Node, denomination: string): readonly Entry[] {
  const nodes = items(node);
  const entries = nodes.map((one) => readEntry(one, denomination));
  checkTransactions(nodes, entries);
  return entries;
}

function readEntry(node: Node, denomination: string): Entry {
  const fields = members(node, REQUIRED, OPTIONAL);
  const account = word(fields.account, ['CASH', 'POSITION', 'COLLATERAL', 'VENUE', 'FEES']);
  const kind = word(fields.kind, ['FILL', 'FEE', 'CORRECTION']);
  const assetId = name(fields.assetId);
  const position = positionOf(fields, account);
  if (account === 'POSITION') same(fields.assetId.path, assetId, position?.assetId ?? 'absent');
  else if (account !== 'VENUE') same(fields.assetId.path, assetId, denomination);
  checkKind(fields, account, kind);
  checkIds(fields);
  const moved = amount(fields.amount);
  must(fields.amount.path, moved !== 0n, moved, 'not 0');
  return {
    path: node.path,
    transaction: name(fields.transactionId),
    kind,
    account,
    assetId,
    ...(position !== undefined && { position }),
    amount: moved,
    rebalanceId: name(fields.rebalanceId),
    ...(fields.index !== undefined && { index: count(fields.index) }),
  };
}

/** Only the lines of a position name it. */
function positionOf({ position, account: node }: Fields, account: string): Place | undefined {
  const wanted = account === 'POSITION' || account === 'COLLATERAL';
  if (position === undefined) {
    return wanted ? refuse(node.path, account, 'an account without a position') : undefined;
  }
  if (!wanted) refuse(position.path, 'a position', 'absent');
  return placeOf(members(position, ['assetId', 'side']));
}

/** A fee moves cash to the fees; what a fill or a fee is not, corrects one. */
function checkKind({ kind: node }: Fields, account: string, kind: string): void {
  const allowed =
    kind === 'CORRECTION' ||
    (kind === 'FEE' ? account === 'CASH' || account === 'FEES' : account !== 'FEES');
  must(node.path, allowed, kind, account === 'FEES' ? 'FEE or CORRECTION' : 'FILL or CORRECTION');
}

/**
 * An order id follows from rebalance and index, a report's transaction from order and number; what an
 * admin settled with the venue's evidence has the number 0.
 */
function checkIds(fields: Fields): void {
  const { rebalanceId, index, orderId, reportSequence, transactionId } = fields;
  if (orderId !== undefined && index !== undefined) {
    const order = { rebalanceId: name(rebalanceId), index: count(index), attempt: 1 };
    same(orderId.path, digest(orderId), hashOf(TAGS.order, order));
  }
  if (reportSequence !== undefined && orderId !== undefined) {
    const report = { orderId: digest(orderId), reportSequence: count(reportSequence) };
    same(transactionId.path, name(transactionId), hashOf(TAGS.report, report));
  } else if (reportSequence !== undefined) {
    refuse(reportSequence.path, String(count(reportSequence, 1)), 'absent without an order');
  }
}

/** Lines of one transaction follow each other, name one action, and sum to 0 for every asset. */
function checkTransactions(nodes: readonly Node[], entries: readonly Entry[]): void {
  const closed = new Set<string>();
  const sums = new Map<string, bigint>();
  for (const [place, entry] of entries.entries()) {
    const before = entries[place - 1];
    const follows = before?.transaction === entry.transaction;
    if (before !== undefined && follows) {
      same(`${entry.path}.rebalanceId`, entry.rebalanceId, before.rebalanceId);
      same(`${entry.path}.index`, entry.index ?? 'absent', before.index ?? 'absent');
      sameMember(nodes, place, 'orderId');
      sameMember(nodes, place, 'reportSequence');
      const corrects = (one: Entry): boolean => one.kind === 'CORRECTION';
      must(`${entry.path}.kind`, corrects(entry) === corrects(before), entry.kind, before.kind);
    } else {
      if (before !== undefined) closed.add(before.transaction);
      must(
        `${entry.path}.transactionId`,
        !closed.has(entry.transaction),
        entry.transaction,
        'a new one',
      );
      sums.clear();
    }
    // A fee is balanced by itself, so that it cannot hide in the fill.
    const key = `${entry.kind} of ${entry.assetId}`;
    sums.set(key, (sums.get(key) ?? 0n) + entry.amount);
    if (entries[place + 1]?.transaction === entry.transaction) continue;
    for (const [what, sum] of sums) {
      must(`${entry.path}.amount`, sum === 0n, `${what}: ${sum} in all`, `${what}: 0 in all`);
    }
  }
}

function sameMember(nodes: readonly Node[], place: number, member: string): void {
  const found = memberText(nodes[place], member);
  same(`ledger[${place}].${member}`, found, memberText(nodes[place - 1], member));
}

function memberText(node: Node | undefined, member: string): string {
  const { value } = node ?? { value: null };
  if (typeof value !== 'object' || value === null || !(member in value)) return 'absent';
  return JSON.stringify((value as { readonly [name: string]: unknown })[member]);
}
