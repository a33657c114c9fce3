import { abs } from '@trimtab/decimal';
import type { Adapter, StepOperation } from './adapter.js';
import { envelopesOf } from './envelopes-of.js';
import { netApyBps } from './net-apy.js';

/**
 * Venues whose SDK prepares the instructions (Drift, Kamino): one deposit or one withdrawal that
 * carries all instructions of its operation as one bundle. Where nothing moves and money stays, the
 * instructions of `hold` are kept as a step of amount 0; without any there is no step.
 */
export const bundleAdapter: Adapter = {
  expectedNetApyBps: netApyBps,
  buildExecutionSteps: ({ delta, target, envelopes }) => {
    const step = (operation: StepOperation) => ({
      operation,
      amount: abs(delta),
      envelopes: envelopesOf(operation, envelopes),
    });
    if (delta !== 0n) return [step(delta < 0n ? 'WITHDRAW' : 'DEPOSIT')];
    const hold = step('HOLD');
    return target > 0n && hold.envelopes.length > 0 ? [hold] : [];
  },
};
