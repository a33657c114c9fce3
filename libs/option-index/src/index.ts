export * from './drift.js';
export * from './held-leg.js';
export * from './model.js';
export * from './open-series.js';
export * from './payout.js';
export * from './roll-cost.js';
export * from './roll-decision.js';
export * from './series.js';
