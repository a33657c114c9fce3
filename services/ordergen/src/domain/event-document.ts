import { contentHash, TAGS } from '@trimtab/canonical';
import type { Step } from './apply.js';
import type { FoldInput, ReportedFill } from './fold-input.js';
import type { Leg } from './leg.js';
import type { RebalanceState } from './rebalance-state.js';
import type { Recalibration } from './recalibrate.js';

/**
 * One link of a rebalance's chain (hashed documents, rebalance event): its input, what it did, and
 * the state after it. Amounts are integers in strings, indices and sequences numbers; what does not
 * apply is left out. `h(n)` is the content hash of the document, which holds `h(n−1)`.
 */

/** A leg as four integers in strings. */
export type LegDocument = {
  readonly base: string;
  readonly total: string;
  readonly seen: string;
  readonly paid: string;
};

/** The state that the next event starts from. */
export type StateDocument = {
  readonly cash: string;
  readonly sells: LegDocument;
  readonly buys: LegDocument;
  readonly pinnedOpen: string;
  readonly toUnderlying: string;
  readonly residual: string;
  readonly corrections: string;
  readonly nextIndex: number;
  readonly state: string;
};

/** What a sell that was not filled in full changed. */
export type RecalibrationDocument = {
  readonly failed: string;
  readonly factor?: string;
  readonly sellsBefore: string;
  readonly sellsAfter: string;
  readonly buysBefore: string;
  readonly buysAfter: string;
  readonly pins: readonly { readonly index: number; readonly amount: string }[];
  readonly residual: string;
};

/** The hashed document of one event. */
export type EventDocument = {
  readonly previous: string;
  /** From 1. */
  readonly sequence: number;
  readonly kind: string;
  readonly index?: number;
  /** What had been dispatched. */
  readonly amount?: string;
  readonly filled?: string;
  /** Of a correction: what the cash changed by. */
  readonly cashMoved?: string;
  readonly cumulativeQuantity?: string;
  readonly collateralMoved?: string;
  readonly fee?: string;
  readonly execType?: string;
  readonly reason?: string;
  readonly recalibration?: RecalibrationDocument;
  readonly stateAfter: StateDocument;
};

/** Where an event stands in its chain. */
export interface EventPlace {
  /** The hash before it: h0 for the first event. */
  readonly previous: string;
  readonly sequence: number;
}

/** Writes the event of one step. */
export function eventDocument(place: EventPlace, input: FoldInput, step: Step): EventDocument {
  return {
    previous: place.previous,
    sequence: place.sequence,
    kind: step.kind,
    ...(step.breach === undefined ? inputFields(input, step) : faultFields(input, step.breach)),
    ...(step.recalibration !== undefined && {
      recalibration: recalibrationDocument(step.recalibration),
    }),
    stateAfter: stateDocument(step.state),
  };
}

/** `h(n)`. */
export function eventHash(event: EventDocument): string {
  return contentHash(TAGS.rebalanceEvent, event);
}

/** The hashed part of a state. */
export function stateDocument(state: RebalanceState): StateDocument {
  return {
    cash: state.cash.toString(),
    sells: legDocument(state.sells),
    buys: legDocument(state.buys),
    pinnedOpen: state.pinnedOpen.toString(),
    toUnderlying: state.toUnderlying.toString(),
    residual: state.residual.toString(),
    corrections: state.corrections.toString(),
    nextIndex: state.nextIndex,
    state: state.state,
  };
}

function legDocument(leg: Leg): LegDocument {
  return {
    base: leg.base.toString(),
    total: leg.total.toString(),
    seen: leg.seen.toString(),
    paid: leg.paid.toString(),
  };
}

/** Writes a recalibration as its event holds it. */
export function recalibrationDocument(recalibration: Recalibration): RecalibrationDocument {
  const { factor, pins } = recalibration;
  return {
    failed: recalibration.failed.toString(),
    ...(factor !== undefined && { factor }),
    sellsBefore: recalibration.sellsBefore.toString(),
    sellsAfter: recalibration.sellsAfter.toString(),
    buysBefore: recalibration.buysBefore.toString(),
    buysAfter: recalibration.buysAfter.toString(),
    pins: pins.map(({ index, amount }) => ({ index, amount: amount.toString() })),
    residual: recalibration.residual.toString(),
  };
}

type InputFields = Omit<EventDocument, 'previous' | 'sequence' | 'kind' | 'stateAfter'>;

function inputFields(input: FoldInput, step: Step): InputFields {
  switch (input.kind) {
    case 'RESULT': {
      const { result } = input;
      return {
        index: result.index,
        amount: (step.settled?.amount ?? 0n).toString(),
        filled: result.filled.toString(),
        cashMoved: result.cashMoved.toString(),
        ...reportedFields(result),
        execType: result.execType,
        ...(result.reason !== undefined && { reason: result.reason }),
      };
    }
    case 'CORRECTION': {
      const { index, cash, execType, reason, ...reported } = input.correction;
      return {
        ...(index !== undefined && { index }),
        cashMoved: cash.toString(),
        ...reportedFields(reported),
        ...(execType !== undefined && { execType }),
        ...(reason !== undefined && { reason }),
      };
    }
    case 'CANCEL':
      return input.reason === undefined ? {} : { reason: input.reason };
    case 'APPROVE':
    case 'EXPIRE':
    case 'FAULT':
      return {};
  }
}

function reportedFields(reported: ReportedFill): InputFields {
  const { cumulativeQuantity, collateralMoved, fee } = reported;
  return {
    ...(cumulativeQuantity !== undefined && { cumulativeQuantity: cumulativeQuantity.toString() }),
    ...(collateralMoved !== undefined && { collateralMoved: collateralMoved.toString() }),
    ...(fee !== undefined && { fee: fee.toString() }),
  };
}

/** A fault keeps the index of the input that caused it; its money is in the ledger. */
function faultFields(input: FoldInput, breach: string): InputFields {
  const index = input.kind === 'RESULT' ? input.result.index : faultIndex(input);
  return { ...(index !== undefined && { index }), reason: breach };
}

function faultIndex(input: FoldInput): number | undefined {
  return input.kind === 'FAULT' ? input.index : undefined;
}
