import { contentHash, TAGS } from '@trimtab/canonical';

/** Ids of orders and of their reports: hashes, so that a retry makes the same id again. */

/** The id of the order for one action; the venue's client order id. `attempt` is 1 in v1. */
export function orderIdOf(rebalanceId: string, index: number, attempt = 1): string {
  return contentHash(TAGS.orderId, { rebalanceId, index, attempt });
}

/** The event id of one report of an order. */
export function reportIdOf(orderId: string, reportSequence: number): string {
  return contentHash(TAGS.reportId, { orderId, reportSequence });
}
