import { domainError, refuse, shortened, type Clock } from '@trimtab/core';
import type { Policy, PolicyLimits } from '../domain/index.js';
import { policyEtag } from './policy-etag.js';
import type { SolverStore, Stored } from './ports.js';

/** The limits of a policy and the etag of the version that they replace. */
export interface UpsertPolicyCommand {
  readonly policyId: string;
  readonly limits: PolicyLimits;
  /** Empty to create. */
  readonly etag: string;
}

/**
 * Creates a policy, or adds a version to one whose latest etag is given. Plans keep the version that
 * they used.
 *
 * Refusals: ETAG_MISMATCH for another etag than the latest, also when one is given for a new policy.
 */
export function createUpsertPolicy({ clock }: { readonly clock: Clock }) {
  return async (store: SolverStore, command: UpsertPolicyCommand): Promise<Stored<Policy>> => {
    await store.serialize('policies');
    const { policyId, limits, etag } = command;
    const existing = await store.findPolicy(policyId);
    const expected = existing === undefined ? '' : policyEtag(existing.value);
    if (etag !== expected) refuseEtag(policyId, etag, expected);
    const now = clock.now();
    const stored = {
      value: { ...limits, policyId, version: (existing?.value.version ?? 0) + 1 },
      createTime: existing?.createTime ?? now,
      updateTime: now,
    };
    await store.savePolicy(stored);
    return stored;
  };
}

function refuseEtag(policyId: string, etag: string, expected: string): never {
  const allowed = expected === '' ? 'empty to create the policy' : `${expected}, the latest`;
  const message = `the etag of policy "${policyId}" was ${etag === '' ? 'empty' : shortened(etag)}, must be ${allowed}`;
  const metadata = { policy_id: policyId, found: shortened(etag), expected };
  refuse(domainError('ABORTED', 'ETAG_MISMATCH', message, metadata));
}
