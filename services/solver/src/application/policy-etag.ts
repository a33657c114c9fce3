import { contentHash } from '@trimtab/canonical';
import type { Policy } from '../domain/index.js';

const TAG = 'trimtab/policy-etag/v1';

/** The quoted etag of one version of a policy: every change has another one. */
export function policyEtag({ policyId, version }: Policy): string {
  return `"${contentHash(TAG, { policyId, version }).slice(0, 32)}"`;
}
