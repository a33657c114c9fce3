/** Verifies an exported rebalance from its bundle alone. */
export { canonicalText, type Json } from './canonical-text.js';
export type { Difference } from './difference.js';
export { hashOf, TAGS } from './hash.js';
export { verifyBundle, verifyDocument, type Verdict, type Verified } from './verify-bundle.js';
