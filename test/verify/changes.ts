import { contentHash, TAGS } from '@trimtab/canonical';
import { orderIdOf, reportIdOf } from '@trimtab/ordergen/domain';
import type { Json } from '@trimtab/verify';

/** Changing a bundle one field at a time, and covering the tracks. */

/** A document that can be changed in place. */
type Open = string | number | boolean | null | Open[] | { [name: string]: Open };
type OpenObject = { [name: string]: Open };

/** Where a value stands. */
export type Place = readonly (string | number)[];

/** One changed field. */
export interface Change {
  /** `ledger[].amount`: the field, whichever item of a list it is in. */
  readonly field: string;
  readonly place: Place;
  readonly from: Json;
  readonly to: Json;
}

/** Every change of every field: the number beside it, another word of its kind, one digit more. */
export function changesOfAll(document: Json): readonly Change[] {
  return leaves(document, []).flatMap(([place, from]) =>
    changed(from).map((to) => ({ field: fieldOf(place), place, from, to })),
  );
}

/** The document with one field changed. */
export function apply(document: Json, { place, to }: Change): Json {
  const copy = structuredClone(document) as Open;
  let parent = copy;
  for (const step of place.slice(0, -1)) parent = (parent as OpenObject)[step] as Open;
  (parent as OpenObject)[place.at(-1) ?? ''] = to as Open;
  return copy;
}

function leaves(value: Json, place: Place): readonly (readonly [Place, Json])[] {
  if (typeof value !== 'object' || value === null) return [[place, value]];
  const entries: readonly (readonly [string | number, Json | undefined])[] = Array.isArray(value)
    ? (value as readonly Json[]).map((item, index) => [index, item] as const)
    : Object.entries(value as { readonly [name: string]: Json | undefined });
  if (entries.length === 0) return [[place, value]];
  return entries.flatMap(([name, item]) =>
    item === undefined ? [] : leaves(item, [...place, name]),
  );
}

function fieldOf(place: Place): string {
  return place
    .map((step, index) => (typeof step === 'number' ? '[]' : index === 0 ? step : `.${step}`))
    .join('');
}

/** Words that stand for each other. */
const KINDS: readonly (readonly string[])[] = [
  ['LONG', 'SHORT'],
  ['REBALANCE', 'ROLL', 'SETTLE'],
  ['STANDARD', 'CONSERVATIVE'],
  ['GUIDELINE', 'LARGEST_RELEASE_FIRST', 'EXPLICIT'],
  ['ABSOLUTE', 'NAV_RELATIVE', 'RELATIVE'],
  ['CENTRE', 'EDGE'],
  ['ROUNDS', 'EXACT', 'EXPLICIT'],
  ['APPROVE', 'RESULT', 'CORRECTION', 'CANCEL', 'EXPIRE', 'FAULT'],
  ['FILL', 'FEE', 'CORRECTION'],
  ['FILL', 'CANCELED', 'REJECTED', 'EXPIRED', 'TRADE_CORRECT'],
  ['CASH', 'POSITION', 'COLLATERAL', 'VENUE', 'FEES'],
  ['EXECUTING', 'COMPLETED', 'COMPLETED_ADJUSTED', 'CANCELLING', 'CANCELLED', 'FAULTED', 'ABORTED'],
  ['ACTIVE', 'PAUSED', 'EXIT_ONLY', 'DISABLED'],
  ['INSTANT', 'SAME_DAY', 'BATCHED', 'TERM'],
  ['VENUE_REJECTED', 'BELOW_LOT', 'PLAN_HASH_MISMATCH', 'INSUFFICIENT_BALANCE'],
  ['DEPOSIT', 'WITHDRAW', 'REQUEST_WITHDRAW', 'FINALIZE_WITHDRAW', 'HOLD'],
  ['STATIC', 'MANIFEST', 'DRIFT', 'KAMINO'],
  ['USDC', 'A0', 'A1'],
];

function changed(value: Json): readonly Json[] {
  if (typeof value === 'boolean') return [!value];
  if (typeof value === 'number') return [value + 1, value - 1];
  if (typeof value !== 'string') return Array.isArray(value) ? [['x']] : [{ x: 'x' }];
  if (/^-?\d+$/.test(value)) return [`${BigInt(value) + 1n}`, `${BigInt(value) - 1n}`, `${value}0`];
  if (/^-?\d+\.\d+$/.test(value)) return [`${value}1`];
  if (/^[0-9a-f]{64}$/.test(value))
    return [`${value.startsWith('0') ? '1' : '0'}${value.slice(1)}`];
  if (/^\d{4}-.*Z$/.test(value)) return [`2019${value.slice(4)}`];
  const kin = KINDS.filter((kind) => kind.includes(value)).flat();
  return [...new Set([...kin, `${value}X`])].filter((word) => word !== value);
}

/** Computes `bundleHash` again, as whoever changed a field would. */
export function sealBundle(document: Json): Json {
  const entries = Object.entries(document as { readonly [name: string]: Json });
  const others = Object.fromEntries(entries.filter(([name]) => name !== 'bundleHash'));
  return { ...others, bundleHash: contentHash(TAGS.bundle, others) };
}

/** Computes every hash and every id again, from the snapshot to the bundle. */
export function sealAll(document: Json): Json {
  const copy = structuredClone(document) as OpenObject;
  const rebalance = copy['rebalance'] as OpenObject;
  const snapshotHash = contentHash(TAGS.snapshot, copy['snapshot'] as Json);
  rebalance['snapshotHash'] = snapshotHash;
  const plan = copy['plan'] as OpenObject | undefined;
  if (plan !== undefined) {
    plan['snapshotHash'] = snapshotHash;
    plan['inputsHash'] = contentHash(TAGS.inputs, copy['inputs'] as Json);
    plan['scoresHash'] = contentHash(TAGS.scores, copy['scores'] as Json);
    plan['targetWeightsHash'] = contentHash(TAGS.targets, copy['targets'] as Json);
    plan['txBundleHash'] = contentHash(TAGS.steps, copy['steps'] as Json);
    rebalance['planHash'] = contentHash(TAGS.plan, plan);
  }
  let hash = contentHash(TAGS.rebalance, rebalance);
  for (const event of objectsOf(copy['events'])) {
    event['previous'] = hash;
    hash = contentHash(TAGS.rebalanceEvent, event);
  }
  copy['stateHash'] = hash;
  for (const entry of objectsOf(copy['ledger'])) {
    if (typeof entry['index'] !== 'number' || typeof entry['rebalanceId'] !== 'string') continue;
    const orderId = orderIdOf(entry['rebalanceId'], entry['index']);
    entry['orderId'] = orderId;
    if (typeof entry['reportSequence'] !== 'number') continue;
    entry['transactionId'] = reportIdOf(orderId, entry['reportSequence']);
  }
  return sealBundle(copy);
}

function objectsOf(list: Open | undefined): readonly OpenObject[] {
  const items = Array.isArray(list) ? list : [];
  return items.filter((item): item is OpenObject => typeof item === 'object' && item !== null);
}
