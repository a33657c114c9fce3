import { contentHash, TAGS, type JsonValue } from '@trimtab/canonical';
import { sorted } from '@trimtab/core';
import type { EventDocument } from './event-document.js';
import { changesOf, type Holdings } from './ledger-holdings.js';
import type { LedgerLine } from './ledger.js';
import { byPosition, positionText, type Position } from './position.js';
import type { RebalanceDocument } from './rebalance-document.js';

/**
 * The proof of a rebalance (hashed documents, bundle): every document that its hashes name, its
 * chain, the ledger lines it booked and what they leave. It is all that a verifier reads.
 */

/** A ledger line as a bundle holds it: without database ids and receive times. */
export interface BundleEntry extends LedgerLine {
  /** Lines of one transaction follow each other; the id of a report's is the report id. */
  readonly transactionId: string;
  /** The rebalance that was traded for: another one than the bundle's for a late correction. */
  readonly rebalanceId?: string;
  /** The action; absent when no action of that rebalance stands behind the line. */
  readonly index?: number;
  readonly orderId?: string;
  /** The number of the report for its order; absent when no report stands behind the line. */
  readonly reportSequence?: number;
}

/** The documents behind the hashes of a plan. */
export interface BundlePlan {
  readonly inputs: JsonValue;
  readonly scores: JsonValue;
  readonly targets: JsonValue;
  readonly steps: JsonValue;
  readonly plan: JsonValue;
}

/** What a bundle is made of. */
export interface BundleParts {
  readonly snapshot: JsonValue;
  /** Absent for a rebalance without a plan; its five documents are then left out. */
  readonly plan?: BundlePlan;
  readonly rebalance: RebalanceDocument;
  readonly events: readonly EventDocument[];
  /** In the order of booking. */
  readonly ledger: readonly BundleEntry[];
  /** The last h. */
  readonly stateHash: string;
}

/** The version of the bundle's shape; it goes with the tag. */
export const BUNDLE_VERSION = 1;

/** Writes a bundle; `bundleHash` covers all other fields. */
export function bundleDocument(parts: BundleParts): { readonly [field: string]: JsonValue } {
  const document = {
    version: BUNDLE_VERSION,
    snapshot: parts.snapshot,
    ...parts.plan,
    rebalance: parts.rebalance,
    events: parts.events,
    ledger: parts.ledger.map(entryDocument),
    holdings: holdingsDocument(holdingsAfter(parts)),
    stateHash: parts.stateHash,
  };
  return { ...document, bundleHash: contentHash(TAGS.bundle, document) };
}

/**
 * What the vault held when the rebalance was generated, and what its lines changed. Deposits during
 * the run are outside, as they are outside the fold.
 */
function holdingsAfter({ rebalance, ledger }: BundleParts): Holdings {
  const changes = changesOf(ledger);
  const held = new Map<string, Position>();
  for (const one of rebalance.positions) {
    const side = one.side === 'SHORT' ? 'SHORT' : 'LONG';
    const { assetId } = one;
    const collateral = BigInt(one.collateral ?? '0');
    const position = { assetId, side, quantity: BigInt(one.quantity), collateral } as const;
    held.set(positionText(position), position);
  }
  for (const change of changes.positions) {
    const before = held.get(positionText(change));
    held.set(positionText(change), {
      ...change,
      quantity: (before?.quantity ?? 0n) + change.quantity,
      collateral: (before?.collateral ?? 0n) + change.collateral,
    });
  }
  const open = [...held.values()].filter(
    ({ quantity, collateral }) => quantity !== 0n || collateral !== 0n,
  );
  return { cash: BigInt(rebalance.cash) + changes.cash, positions: sorted(open, byPosition) };
}

function entryDocument(entry: BundleEntry): JsonValue {
  return {
    transactionId: entry.transactionId,
    kind: entry.kind,
    account: entry.account,
    assetId: entry.assetId,
    position: entry.position && { assetId: entry.position.assetId, side: entry.position.side },
    amount: entry.amount.toString(),
    rebalanceId: entry.rebalanceId,
    index: entry.index,
    orderId: entry.orderId,
    reportSequence: entry.reportSequence,
  };
}

function holdingsDocument({ cash, positions }: Holdings): JsonValue {
  return {
    cash: cash.toString(),
    positions: positions.map(({ assetId, side, quantity, collateral }) => ({
      assetId,
      side,
      quantity: quantity.toString(),
      collateral: side === 'SHORT' ? collateral.toString() : undefined,
    })),
  };
}
