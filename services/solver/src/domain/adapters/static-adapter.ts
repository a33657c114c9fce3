import { abs } from '@trimtab/decimal';
import type { Adapter } from './adapter.js';
import { netApyBps } from './net-apy.js';

/** Venues whose rates are given, and where one deposit or one withdrawal makes the whole move. */
export const staticAdapter: Adapter = {
  expectedNetApyBps: netApyBps,
  buildExecutionSteps: ({ delta }) => [
    { operation: delta < 0n ? 'WITHDRAW' : 'DEPOSIT', amount: abs(delta), envelopes: [] },
  ],
};
