import type { InstructionEnvelope, StrategyInput } from '../domain/index.js';

/** The venues that a manifest describes: the instructions of each strategy of kind MANIFEST. */
export interface Manifest {
  /** By strategyId, each labelled with its operation; a strategy that is not described has none. */
  readonly envelopes: ReadonlyMap<string, readonly InstructionEnvelope[]>;
}

/** Without a manifest every strategy of kind MANIFEST is built as a static one. */
export const EMPTY_MANIFEST: Manifest = { envelopes: new Map() };

/**
 * A strategy as a plan uses it: one of kind MANIFEST carries the instructions of the manifest, never
 * those of its snapshot. They are part of the plan's inputs, so that the plan can be computed again
 * without the manifest.
 */
export function withManifest(input: StrategyInput, manifest: Manifest): StrategyInput {
  const { strategy, snapshot } = input;
  if (strategy.adapterKind !== 'MANIFEST' || snapshot === undefined) return input;
  const envelopes = manifest.envelopes.get(strategy.strategyId) ?? [];
  return { strategy, snapshot: { ...snapshot, envelopes } };
}
