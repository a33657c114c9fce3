/** Verifies an exported rebalance from its bundle alone. */
export const BUNDLE_TAG = 'trimtab/bundle/v1';
