import { canonicalJson, type JsonValue } from './canonical-json.js';
import { sha256Hex } from './sha256.js';

/** The tags of hashed documents; a new field in a document is a new version of its tag. */
export const TAGS = {
  snapshot: 'trimtab/price-snapshot/v1',
  targets: 'trimtab/target-weights/v1',
  steps: 'trimtab/tx-bundle/v1',
  inputs: 'trimtab/plan-inputs/v1',
  scores: 'trimtab/scores/v1',
  plan: 'trimtab/plan/v1',
  certificate: 'trimtab/plan-certificate/v1',
  orderId: 'trimtab/order-id/v1',
  reportId: 'trimtab/report-id/v1',
  rebalance: 'trimtab/rebalance/v1',
  rebalanceEvent: 'trimtab/rebalance-event/v1',
  bundle: 'trimtab/bundle/v1',
} as const;

/** `sha256(tag + "\n" + canonicalJson(document))` in lower-case hex. */
export function contentHash(tag: string, document: JsonValue): string {
  return textHash(tag, canonicalJson(document));
}

/** The content hash of a document whose canonical JSON is written already. */
export function textHash(tag: string, canonicalText: string): string {
  return sha256Hex(`${tag}\n${canonicalText}`);
}
