import { imbalanceOf } from '../domain/ledger.js';
import { changesOf } from '../domain/ledger-holdings.js';
import type { ChainHead } from '../domain/event-chain.js';
import { NOTHING_EXECUTED } from './execution-report.js';
import type { LedgerTransaction } from './ports.js';
import type { OpenAction, RebalanceFacts } from './rebalance-record.js';
import { cashChange } from './report-delta.js';

/** Where a rebalance stands, as far as money goes. */
export interface MoneyState {
  readonly head: ChainHead;
  readonly open?: OpenAction | undefined;
}

/**
 * Whether what one event writes agrees with itself, in time that does not depend on what came
 * before: every transaction sums to 0, and the cash that the ledger books is the cash that the fold
 * moved, with what the open action has had in parts so far. A faulted fold stands still; its ledger
 * goes on. Names the first disagreement.
 */
export function disagreementOf(
  facts: RebalanceFacts,
  before: MoneyState,
  after: MoneyState,
  ledger: readonly LedgerTransaction[],
): string | undefined {
  for (const { transactionId, lines } of ledger) {
    const assetId = imbalanceOf(lines);
    if (assetId !== undefined) return `the lines of ${transactionId} do not sum to 0 in ${assetId}`;
  }
  if (after.head.state.state === 'FAULTED') return undefined;
  const booked = changesOf(ledger.flatMap(({ lines }) => lines)).cash;
  const folded = cashWithParts(facts, after) - cashWithParts(facts, before);
  if (booked === folded) return undefined;
  return `the ledger moves the cash by ${booked}, the fold by ${folded}`;
}

/** The cash of the fold, and what the open action has moved of it that the fold waits for. */
function cashWithParts({ actions }: RebalanceFacts, { head, open }: MoneyState): bigint {
  const action = open === undefined ? undefined : actions[open.index];
  if (open === undefined || action === undefined) return head.state.cash;
  return head.state.cash + cashChange(action, NOTHING_EXECUTED, open.booked);
}
