import { fractionOf, type Fraction } from './exact.js';
import { hashOf, TAGS } from './hash.js';
import { refuse } from './difference.js';
import {
  amount,
  ascending,
  count,
  digest,
  items,
  members,
  name,
  positive,
  text,
  time,
  word,
  type Node,
} from './node.js';
import { keyOf, placeOf, type Place } from './position.js';

/** Something held. */
export interface Held extends Place {
  readonly quantity: bigint;
  readonly collateral: bigint;
}

/** A trade that was asked for by hand. */
export interface Requested extends Place {
  readonly quantity: bigint;
  readonly collateral: bigint;
}

/** One ordered trade. */
export interface Action extends Place {
  readonly index: number;
  readonly group: 1 | 2 | 3;
  readonly exposure: bigint;
  readonly collateral: bigint;
  readonly net: bigint;
  readonly cap?: bigint;
}

/** How small a trade may be, and how far a position may drift. */
export interface Tolerances {
  readonly relative: boolean;
  readonly exposure: Fraction;
  readonly collateral: Fraction;
  readonly net: Fraction;
  readonly band?: { readonly relative: boolean; readonly width: bigint; readonly toEdge: boolean };
}

/** The rebalance document. */
export interface Rebalance {
  readonly hash: string;
  readonly vaultId: Node;
  readonly vaultVersion: Node;
  readonly purpose: 'REBALANCE' | 'ROLL' | 'SETTLE';
  readonly planHash?: Node;
  readonly requested?: readonly Requested[];
  readonly snapshotHash: Node;
  readonly cash: bigint;
  readonly held: readonly Held[];
  readonly tolerances: Tolerances;
  readonly conservative: boolean;
  readonly sequencing: 'GUIDELINE' | 'LARGEST_RELEASE_FIRST' | 'EXPLICIT';
  readonly floor: bigint;
  readonly slippageLimit: number;
  readonly nav: Node;
  readonly actions: Node;
  readonly openSells: Node;
  readonly openBuys: Node;
}

/** Reads the rebalance document and hashes it: h0. */
export function readRebalance(node: Node): Rebalance {
  const fields = members(
    node,
    [
      'vaultId',
      'vaultVersion',
      'purpose',
      'snapshotHash',
      'cash',
      'positions',
      'tolerances',
      'netMode',
      'sequencing',
      'underlyingFloor',
      'slippageLimitBps',
      'expireTime',
      'nav',
      'actions',
      'openSells',
      'openBuys',
    ],
    ['planHash', 'requestedActions'],
  );
  const { planHash, requestedActions } = fields;
  if ((planHash === undefined) === (requestedActions === undefined)) {
    refuse(node.path, 'both or neither', 'a planHash or requestedActions');
  }
  name(fields.vaultId);
  count(fields.vaultVersion);
  time(fields.expireTime);
  digest(fields.snapshotHash);
  if (planHash !== undefined) digest(planHash);
  return {
    hash: hashOf(TAGS.rebalance, node.value),
    vaultId: fields.vaultId,
    vaultVersion: fields.vaultVersion,
    purpose: word(fields.purpose, ['REBALANCE', 'ROLL', 'SETTLE']),
    ...(planHash !== undefined && { planHash }),
    ...(requestedActions !== undefined && { requested: readRequested(requestedActions) }),
    snapshotHash: fields.snapshotHash,
    cash: amount(fields.cash),
    held: readHeld(fields.positions),
    tolerances: readTolerances(fields.tolerances),
    conservative: word(fields.netMode, ['STANDARD', 'CONSERVATIVE']) === 'CONSERVATIVE',
    sequencing: word(fields.sequencing, ['GUIDELINE', 'LARGEST_RELEASE_FIRST', 'EXPLICIT']),
    floor: positive(fields.underlyingFloor),
    slippageLimit: count(fields.slippageLimitBps, 0, 10_000),
    nav: fields.nav,
    actions: fields.actions,
    openSells: fields.openSells,
    openBuys: fields.openBuys,
  };
}

/** Reads a list of what is held, by (asset, side); only a short has collateral. */
export function readHeld(node: Node): readonly Held[] {
  const nodes = items(node);
  const held = nodes.map((one): Held => {
    const fields = members(one, ['assetId', 'side', 'quantity'], ['collateral']);
    const place = placeOf(fields);
    if ((place.side === 'SHORT') !== (fields.collateral !== undefined)) {
      refuse(`${one.path}.collateral`, place.side, 'the collateral of a short only');
    }
    const collateral = fields.collateral === undefined ? 0n : amount(fields.collateral);
    return { ...place, quantity: amount(fields.quantity), collateral };
  });
  ascending(nodes, (place) => keyAt(held, place));
  return held;
}

function readRequested(node: Node): readonly Requested[] {
  const nodes = items(node);
  const requested = nodes.map((one): Requested => {
    const fields = members(one, ['assetId', 'side', 'quantityDelta', 'collateralDelta']);
    return {
      ...placeOf(fields),
      quantity: amount(fields.quantityDelta),
      collateral: amount(fields.collateralDelta),
    };
  });
  ascending(nodes, (place) => keyAt(requested, place));
  return requested;
}

function keyAt(places: readonly Place[], place: number): string {
  const one = places[place];
  return one === undefined ? '' : keyOf(one);
}

function readTolerances(node: Node): Tolerances {
  const fields = members(node, ['kind', 'exposure', 'collateral', 'net'], ['band']);
  const relative = word(fields.kind, ['ABSOLUTE', 'NAV_RELATIVE']) === 'NAV_RELATIVE';
  const read = (one: Node): Fraction => {
    const found = relative ? fractionOf(text(one)) : { top: positive(one), bottom: 1n };
    if (found === undefined || found.top < 0n) return refuse(one.path, text(one), 'at least 0');
    return found;
  };
  return {
    relative,
    exposure: read(fields.exposure),
    collateral: read(fields.collateral),
    net: read(fields.net),
    ...(fields.band !== undefined && { band: readBand(fields.band) }),
  };
}

function readBand(node: Node): NonNullable<Tolerances['band']> {
  const fields = members(node, ['kind', 'widthBps', 'goal']);
  return {
    relative: word(fields.kind, ['ABSOLUTE', 'RELATIVE']) === 'RELATIVE',
    width: BigInt(count(fields.widthBps)),
    toEdge: word(fields.goal, ['CENTRE', 'EDGE']) === 'EDGE',
  };
}
