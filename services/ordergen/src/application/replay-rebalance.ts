import { canonicalJson, type JsonValue } from '@trimtab/canonical';
import { eventHash, type EventDocument } from '../domain/event-document.js';
import { generate } from '../domain/generate.js';
import { createPriceBook } from '../domain/price-book.js';
import { replay, type ReplayDifference } from '../domain/replay.js';
import { generationInputOf } from './generation-input.js';
import type { OrderGenStore, StoredEvent } from './ports.js';
import type { RebalanceView } from './rebalance-record.js';
import { rebalanceNotFound } from './refusals.js';

/** What a replay found. */
export interface ReplayOutcome {
  readonly equal: boolean;
  /** The hash that is stored. */
  readonly stateHash: string;
  /** The hash that the stored inputs lead to. */
  readonly replayedHash: string;
  readonly eventCount: number;
  readonly difference?: ReplayDifference;
}

/**
 * Folds a rebalance again from what is stored: its plan and snapshot must give the stored actions,
 * its document the stored h0, and its inputs every stored event, byte for byte.
 */
export function createReplayRebalance(deps: { readonly store: OrderGenStore }) {
  return async (rebalanceId: string): Promise<ReplayOutcome> => {
    const view = (await deps.store.findRebalance(rebalanceId)) ?? rebalanceNotFound(rebalanceId);
    const stored = await deps.store.listEvents(rebalanceId);
    const documents = stored.map(({ document }) => JSON.parse(document) as EventDocument);
    const folded = replay(view.facts.document, documents);
    const difference =
      differenceOfStart(view, folded.h0) ??
      (await differenceOfActions(deps.store, view)) ??
      folded.firstDifference ??
      differenceOfHashes(stored, documents) ??
      differenceOfEnd(view, folded.stateHash, stored.length);
    return {
      equal: difference === undefined,
      stateHash: view.head.hash,
      replayedHash: folded.stateHash,
      eventCount: stored.length,
      ...(difference !== undefined && { difference }),
    };
  };
}

function differenceOfStart(view: RebalanceView, h0: string): ReplayDifference | undefined {
  if (h0 === view.facts.h0) return undefined;
  return { sequence: 0, field: 'h0', stored: view.facts.h0, recomputed: h0 };
}

/** Generates the actions again. */
async function differenceOfActions(
  store: OrderGenStore,
  { facts }: RebalanceView,
): Promise<ReplayDifference | undefined> {
  const { document } = facts;
  const snapshot = await store.findSnapshot(document.snapshotHash);
  const plan = facts.planHash === '' ? undefined : await store.findPlan(facts.planHash);
  if (snapshot === undefined) return lost('snapshotHash', document.snapshotHash);
  if (plan === undefined && facts.planHash !== '') return lost('planHash', facts.planHash);
  const prices = createPriceBook(facts.prices.underlyingDecimals, snapshot.entries);
  const again = generate(generationInputOf(document, prices, plan?.targets ?? []));
  if (!again.ok) return lost('actions', again.error.message);
  const generated: JsonValue = again.value.actions.map((action) => ({
    index: action.index,
    assetId: action.assetId,
    deltaNet: action.deltaNet.toString(),
    ...(action.cap !== undefined && { cap: action.cap.toString() }),
  }));
  const stored: JsonValue = document.actions.map((action) => ({
    index: action.index,
    assetId: action.assetId,
    deltaNet: action.deltaNet,
    ...(action.cap !== undefined && { cap: action.cap }),
  }));
  const [found, made] = [canonicalJson(stored), canonicalJson(generated)];
  if (found === made) return undefined;
  return { sequence: 0, field: 'actions', stored: found, recomputed: made };
}

/** The hash column beside each event is part of what is stored. */
function differenceOfHashes(
  stored: readonly StoredEvent[],
  documents: readonly EventDocument[],
): ReplayDifference | undefined {
  for (const [place, { sequence, hash }] of stored.entries()) {
    const document = documents[place];
    const recomputed = document === undefined ? '' : eventHash(document);
    if (recomputed !== hash) return { sequence, field: 'hash', stored: hash, recomputed };
  }
  return undefined;
}

function differenceOfEnd(
  { head }: RebalanceView,
  replayedHash: string,
  eventCount: number,
): ReplayDifference | undefined {
  if (head.sequence !== eventCount) {
    return {
      sequence: eventCount,
      field: 'event_count',
      stored: String(head.sequence),
      recomputed: String(eventCount),
    };
  }
  if (head.hash === replayedHash) return undefined;
  return { sequence: eventCount, field: 'state_hash', stored: head.hash, recomputed: replayedHash };
}

function lost(field: string, stored: string): ReplayDifference {
  return { sequence: 0, field, stored, recomputed: 'absent' };
}
