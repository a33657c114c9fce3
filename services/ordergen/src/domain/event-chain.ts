import { ok, type DomainError, type Result } from '@trimtab/core';
import { apply, type Step } from './apply.js';
import { eventDocument, eventHash, type EventDocument } from './event-document.js';
import type { FoldInput } from './fold-input.js';
import type { RebalanceProgram } from './program.js';
import type { RebalanceState } from './rebalance-state.js';

/** The fold together with its hash chain (order generation rules, section 7). */

/** Where a rebalance stands: its state and the hash that proves how it came there. */
export interface ChainHead {
  /** The number of events so far. */
  readonly sequence: number;
  /** h0 before the first event, then h(n). */
  readonly hash: string;
  readonly state: RebalanceState;
}

/** One input applied and recorded. */
export interface ChainStep {
  readonly head: ChainHead;
  readonly event: EventDocument;
  readonly step: Step;
}

/** Applies an input and writes its event; refuses what {@link apply} refuses. */
export function extendChain(
  program: RebalanceProgram,
  head: ChainHead,
  input: FoldInput,
): Result<ChainStep, DomainError> {
  const step = apply(program, head.state, input);
  if (!step.ok) return step;
  const sequence = head.sequence + 1;
  const event = eventDocument({ previous: head.hash, sequence }, input, step.value);
  const hash = eventHash(event);
  return ok({ head: { sequence, hash, state: step.value.state }, event, step: step.value });
}
