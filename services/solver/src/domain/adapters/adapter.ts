import type { InstructionEnvelope, StrategySnapshot } from '../strategy.js';

/** What a step does at its venue. */
export type StepOperation =
  'DEPOSIT' | 'WITHDRAW' | 'REQUEST_WITHDRAW' | 'FINALIZE_WITHDRAW' | 'HOLD';

/** One instruction of an adapter, before large ones are cut. */
export interface AdapterStep {
  readonly operation: StepOperation;
  /** Base units of the underlying, 0 or more. */
  readonly amount: bigint;
  /** In order; a step that has any is one bundle and never cut. */
  readonly envelopes: readonly InstructionEnvelope[];
}

/** What an adapter is asked to build steps for; amounts in base units of the underlying. */
export interface Move {
  /** Target notional less live notional; negative withdraws. */
  readonly delta: bigint;
  /** Target notional, 0 or more. */
  readonly target: bigint;
  /** The venue's prepared instructions, as the strategy's snapshot states them. */
  readonly envelopes: readonly InstructionEnvelope[];
}

/**
 * Knows one kind of venue: how it earns, and which instructions move money in and out of it. Every
 * adapter keeps the promises of `adapters.test.ts`.
 */
export interface Adapter {
  /** What the strategy is expected to earn after its costs, in bps. */
  expectedNetApyBps(snapshot: StrategySnapshot): number;
  /** The instructions that make the move, in the order in which they must happen. */
  buildExecutionSteps(move: Move): readonly AdapterStep[];
}
