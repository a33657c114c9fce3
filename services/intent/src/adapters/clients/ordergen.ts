import { OrderGenServiceService, type RebalanceTerms } from '@trimtab/contracts/ordergen';
import { present } from '@trimtab/core';
import { createServiceClient } from '@trimtab/grpc';
import type { OrderGenPort, RebalanceRequest } from '../../application/remote-ports.js';
import { bandGoalWords, bandKindWords, purposeWords } from '../grpc/enum-words.js';
import { SERVICE_NAME, type Address, type ClientSettings } from './addresses.js';

/** OrderGen over gRPC. */
export function createOrderGenClient(
  address: Address,
  settings: ClientSettings,
): OrderGenPort & { close(): void } {
  const client = createServiceClient({
    definition: OrderGenServiceService,
    address,
    serviceName: SERVICE_NAME,
    ...settings,
  });
  return {
    createRebalance: async (request, call) => {
      const { requestId } = request;
      const response = await client.createRebalance({ requestId, terms: toTerms(request) }, call);
      return present(response.rebalance, 'CreateRebalance answers a rebalance').rebalanceId;
    },
    cancelRebalance: async (request, call) => {
      await client.cancelRebalance(request, call);
    },
    close: () => client.close(),
  };
}

/** What is left out takes OrderGen's defaults: tolerances, guideline, expiry, the vault's slippage. */
function toTerms(request: RebalanceRequest): RebalanceTerms {
  const { vaultId, vaultVersion, fence, planHash, snapshotHash, driftBand } = request;
  return {
    vaultId,
    vaultVersion: BigInt(vaultVersion),
    fence: BigInt(fence),
    source: planHash === undefined ? undefined : { $case: 'planHash', value: planHash },
    snapshotHash,
    purpose: purposeWords.toWire[request.purpose],
    tolerances: undefined,
    sequencing: undefined,
    underlyingFloor: '',
    expireTime: undefined,
    driftBand: driftBand && {
      kind: bandKindWords.toWire[driftBand.kind],
      widthBps: driftBand.widthBps,
      goal: bandGoalWords.toWire[driftBand.goal],
    },
  };
}
