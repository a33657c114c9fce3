import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalText, type Json } from './canonical-text.js';

/** The tags of the documents that a bundle holds or names. */
export const TAGS = {
  snapshot: 'trimtab/price-snapshot/v1',
  targets: 'trimtab/target-weights/v1',
  steps: 'trimtab/tx-bundle/v1',
  inputs: 'trimtab/plan-inputs/v1',
  scores: 'trimtab/scores/v1',
  plan: 'trimtab/plan/v1',
  order: 'trimtab/order-id/v1',
  report: 'trimtab/report-id/v1',
  rebalance: 'trimtab/rebalance/v1',
  event: 'trimtab/rebalance-event/v1',
  bundle: 'trimtab/bundle/v1',
} as const;

/** SHA-256 over the tag, a line feed and the canonical text, in lower-case hex. */
export function hashOf(tag: string, document: Json): string {
  return bytesToHex(sha256(utf8ToBytes(`${tag}\n${canonicalText(document)}`)));
}
