import { lookAt } from '../domain/asset-record.js';
import type { OracleTransactions, PriceView } from './ports.js';
import { settle, untouched, type PriceDependencies } from './standing-prices.js';

/** Assets of one transaction. */
const BATCH = 200;

/**
 * Creates the job that does what time alone makes due: a publication when the heartbeat has passed,
 * a change to STALE or NO_QUORUM when observations expire, a release when the band of the breaker has
 * grown. Looks only at records whose time has come, in memory, and takes those that are due under
 * their locks, where another process may have been first.
 */
export function createKeepTime(
  dependencies: PriceDependencies & {
    readonly view: PriceView;
    readonly transactions: OracleTransactions;
  },
): () => Promise<void> {
  const { view, transactions, clock } = dependencies;
  return async () => {
    const now = clock.now();
    const due: string[] = [];
    for (const record of view.due(now)) {
      if (lookAt(record, now, false).isDue) due.push(record.asset.assetId);
      else view.looked(record, now);
    }
    for (let from = 0; from < due.length; from += BATCH) {
      await transactions.transaction(async (session) => {
        const locked = await session.lockRecords(due.slice(from, from + BATCH));
        await settle(session, locked.map(untouched), dependencies, { isDemanded: false });
      });
    }
  };
}
