import type { OracleServiceService } from '@trimtab/contracts/oracle';
import { DomainFailure } from '@trimtab/core';
import type { CallContext, ServiceClient } from '@trimtab/grpc';
import type { PriceSnapshots } from '../../application/ports.js';

/** Reads price snapshots from the oracle, with the deadline and the caller of the call at hand. */
export function createPriceSnapshots(
  oracle: Pick<ServiceClient<typeof OracleServiceService>, 'getSnapshot'>,
): PriceSnapshots<CallContext> {
  return {
    find: async (snapshotHash, { caller, signal, deadline }) => {
      try {
        const { snapshot } = await oracle.getSnapshot(
          { snapshotHash },
          { caller, signal, deadline },
        );
        if (snapshot === undefined) return undefined;
        return {
          denomination: snapshot.denomination,
          pricedAssets: new Set(snapshot.entries.map(({ assetId }) => assetId)),
        };
      } catch (error) {
        if (error instanceof DomainFailure && error.error.reason === 'SNAPSHOT_NOT_FOUND') {
          return undefined;
        }
        throw error;
      }
    },
  };
}
