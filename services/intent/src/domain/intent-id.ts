import { invariant, type Instant } from '@trimtab/core';

const HEX_DIGITS = 8;
/** The form of an intent's id. */
export const INTENT_ID = /^intent-(0|[1-9]\d{0,15})-[0-9a-f]{8}$/;

/**
 * `intent-{unixms}-{8hex}`: the time is the creation time (a decision of the rules; the source's example
 * is two years off), the digits are random and keep twins of one millisecond apart.
 */
export function intentId(createTime: Instant, hex: string): string {
  const id = `intent-${createTime}-${hex}`;
  invariant(hex.length === HEX_DIGITS && INTENT_ID.test(id), `"${id}" is no intent id`);
  return id;
}
