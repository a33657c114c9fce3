import { contentHash } from '@trimtab/canonical';
import type { Intent } from './intent.js';

const TAG = 'trimtab/intent/v1';

/**
 * The version of what the owner wrote, in quotes: the canonical hash of the intent without what the
 * service and the engine add (state, runtime, vault, times), which never collides with an update.
 */
export function intentEtag(intent: Pick<Intent, 'id' | 'owner' | 'spec'>): string {
  const { id, owner, spec } = intent;
  const { type, collateral, ticker, config, constraints, notifications } = spec;
  const hash = contentHash(TAG, {
    id,
    owner,
    type,
    collateral: { ...collateral },
    ticker,
    config: { ...config },
    constraints: { ...constraints },
    notifications: { ...notifications },
    allocation: allocationDocument(spec),
    triggers: triggersDocument(spec),
  });
  return `"${hash}"`;
}

function allocationDocument({ allocation }: Intent['spec']) {
  if (allocation.kind !== 'targetWeights') return { ...allocation };
  const { kind, policyId, targets } = allocation;
  return { kind, policyId, targets: targets.map((target) => ({ ...target })) };
}

function triggersDocument({ triggers }: Intent['spec']) {
  const { schedule, driftBand, cooldownSeconds, slippageBudget } = triggers;
  return {
    schedule: schedule && { ...schedule },
    driftBand: driftBand && { ...driftBand },
    cooldownSeconds,
    slippageBudget: slippageBudget && { ...slippageBudget },
  };
}
