import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson, type JsonValue } from './canonical-json.js';

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
  return sha256Hex(`${tag}\n${canonicalJson(document)}`);
}

/** SHA-256 of a text in UTF-8, in lower-case hex. */
export function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}
