import { abs } from '@trimtab/decimal';
import type { Adapter } from './adapter.js';

/** Venues whose rates are given, and where one deposit or one withdrawal makes the whole move. */
export const staticAdapter: Adapter = {
  expectedNetApyBps: (snapshot) =>
    snapshot.grossApyBps - snapshot.feeBps - snapshot.borrowCostBps - snapshot.slippageBps,
  buildSteps: ({ delta }) => [
    { operation: delta < 0n ? 'WITHDRAW' : 'DEPOSIT', amount: abs(delta), envelopes: [] },
  ],
};
