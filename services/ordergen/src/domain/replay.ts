import { canonicalJson, type JsonValue } from '@trimtab/canonical';
import { compare, sorted } from '@trimtab/core';
import { extendChain, type ChainHead } from './event-chain.js';
import { eventHash, type EventDocument } from './event-document.js';
import { inputOfEvent, programOfDocument } from './read-documents.js';
import { rebalanceHash, type RebalanceDocument } from './rebalance-document.js';
import { startRebalance, type StartMode } from './start-rebalance.js';

/** Folding stored inputs again and comparing every byte (order generation rules, section 7). */

/** The first place where the stored chain is not what the fold makes of its inputs. */
export interface ReplayDifference {
  /** 0 for the rebalance document, otherwise the sequence of the event. */
  readonly sequence: number;
  /** The index of the action, where the event has one. */
  readonly index?: number;
  /** Path of the field in the document: `stateAfter.buys.total`. */
  readonly field: string;
  /** What is stored, and what the fold makes. */
  readonly stored: string;
  readonly recomputed: string;
}

/** The outcome of a replay. */
export interface ReplayReport {
  readonly h0: string;
  /** The last hash of the folded chain, up to the first difference. */
  readonly stateHash: string;
  readonly eventCount: number;
  readonly firstDifference?: ReplayDifference;
}

/**
 * Folds the inputs of a stored chain again and reports the first difference, if any. The caller also
 * compares `stateHash` with the hash stored for the last event, which no later event holds.
 */
export function replay(
  document: RebalanceDocument,
  events: readonly EventDocument[],
): ReplayReport {
  const h0 = rebalanceHash(document);
  const report = { h0, stateHash: h0, eventCount: events.length };
  const program = programOfDocument(document);
  if (!program.ok) {
    return { ...report, firstDifference: refused(0, program.error.message) };
  }
  const opening = firstDifference(0, openTotals(document), {
    openSells: program.value.sells.toString(),
    openBuys: program.value.fundedBuys.toString(),
  });
  if (opening !== undefined) return { ...report, firstDifference: opening };
  const start = startRebalance(program.value, startModeOf(events)).state;
  let head: ChainHead = { sequence: 0, hash: h0, state: start };
  for (const stored of events) {
    const sequence = head.sequence + 1;
    const input = inputOfEvent(stored);
    const next = input.ok ? extendChain(program.value, head, input.value) : input;
    if (!next.ok) {
      const firstDifference = refused(sequence, next.error.message, stored.index);
      return { ...report, stateHash: head.hash, firstDifference };
    }
    const found = firstDifference(sequence, stored, next.value.event, stored.index);
    if (found !== undefined) return { ...report, stateHash: head.hash, firstDifference: found };
    head = next.value.head;
  }
  return { ...report, stateHash: head.hash };
}

/** Where the links of a chain break, without folding it: the sequence of the first broken event. */
export function brokenLink(h0: string, events: readonly EventDocument[]): number | undefined {
  let previous = h0;
  for (const [place, event] of events.entries()) {
    if (event.previous !== previous || event.sequence !== place + 1) return place + 1;
    previous = eventHash(event);
  }
  return undefined;
}

/**
 * Whether a chain began with an approval to wait for. Only such a rebalance can have APPROVE first,
 * or go to CANCELLED or EXPIRED at once: an executing one has an action out and waits for it.
 */
export function startModeOf(events: readonly EventDocument[]): StartMode {
  const first = events.find(({ kind }) => kind !== 'CORRECTION' && kind !== 'FAULT');
  if (first === undefined) return 'EXECUTE';
  const waited =
    first.kind === 'APPROVE' ||
    (first.kind === 'CANCEL' && first.stateAfter.state === 'CANCELLED') ||
    (first.kind === 'EXPIRE' && first.stateAfter.state === 'EXPIRED');
  return waited ? 'AWAIT_APPROVAL' : 'EXECUTE';
}

function openTotals(document: RebalanceDocument): JsonValue {
  return { openSells: document.openSells, openBuys: document.openBuys };
}

function refused(sequence: number, message: string, index?: number): ReplayDifference {
  return {
    sequence,
    ...(index !== undefined && { index }),
    field: 'kind',
    stored: message,
    recomputed: 'the fold refuses this input',
  };
}

function firstDifference(
  sequence: number,
  stored: JsonValue,
  recomputed: JsonValue,
  index?: number,
): ReplayDifference | undefined {
  const before = new Map(leaves(stored, ''));
  const after = new Map(leaves(recomputed, ''));
  const fields = sorted(new Set([...before.keys(), ...after.keys()]), compare);
  const field = fields.find((name) => before.get(name) !== after.get(name));
  if (field === undefined) return undefined;
  return {
    sequence,
    ...(index !== undefined && { index }),
    field,
    stored: before.get(field) ?? 'absent',
    recomputed: after.get(field) ?? 'absent',
  };
}

/** Every value that is not an object, with its path; an empty list counts as a value. */
function leaves(value: JsonValue, path: string): readonly (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null) return [[path, canonicalJson(value)]];
  const entries = Object.entries(value as { readonly [key: string]: JsonValue | undefined });
  if (entries.length === 0) return [[path, canonicalJson(value)]];
  return entries.flatMap(([key, item]) =>
    item === undefined ? [] : leaves(item, path === '' ? key : `${path}.${key}`),
  );
}
