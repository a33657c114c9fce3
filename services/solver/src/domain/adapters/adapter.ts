import type { InstructionEnvelope, Strategy, StrategySnapshot } from '../strategy.js';

/** What a step does at its venue. */
export type StepOperation =
  'DEPOSIT' | 'WITHDRAW' | 'REQUEST_WITHDRAW' | 'FINALIZE_WITHDRAW' | 'HOLD';

/** One instruction of an adapter, before large ones are cut. */
export interface AdapterStep {
  readonly operation: StepOperation;
  /** Base units of the underlying, 0 or more. */
  readonly amount: bigint;
  readonly envelopes: readonly InstructionEnvelope[];
}

/** What an adapter is asked to build steps for. */
export interface Move {
  readonly strategy: Strategy;
  /** Target notional less live notional, base units of the underlying; negative withdraws. */
  readonly delta: bigint;
}

/** Knows one kind of venue: how it earns, and which instructions move money in and out of it. */
export interface Adapter {
  /** What the strategy is expected to earn after its costs. */
  expectedNetApyBps(snapshot: StrategySnapshot): number;
  /** The instructions that make the move, in the order in which they must happen. */
  buildSteps(move: Move): readonly AdapterStep[];
}
