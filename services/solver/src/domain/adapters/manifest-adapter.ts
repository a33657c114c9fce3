import { abs } from '@trimtab/decimal';
import type { Adapter, StepOperation } from './adapter.js';
import { bundleAdapter } from './bundle-adapter.js';
import { envelopesOf } from './envelopes-of.js';
import { netApyBps } from './net-apy.js';
import { staticAdapter } from './static-adapter.js';

/**
 * Venues that a manifest describes: a deposit, or a request to withdraw that is finalised in a step
 * of its own. The manifest's instructions come with the move; without them the venue is not
 * described, and the move is built as a static one.
 */
export const manifestAdapter: Adapter = {
  expectedNetApyBps: netApyBps,
  buildExecutionSteps: (move) => {
    const { delta, envelopes } = move;
    if (envelopes.length === 0) return staticAdapter.buildExecutionSteps(move);
    if (delta >= 0n) return bundleAdapter.buildExecutionSteps(move);
    const step = (operation: StepOperation) => ({
      operation,
      amount: abs(delta),
      envelopes: envelopesOf(operation, envelopes),
    });
    return [step('REQUEST_WITHDRAW'), step('FINALIZE_WITHDRAW')];
  },
};
