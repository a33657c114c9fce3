import {
  OrderGenServiceService,
  Rebalance_State,
  type Action,
  type Rebalance,
  type RebalanceTerms,
} from '@trimtab/contracts/ordergen';
import { present } from '@trimtab/core';
import { createServiceClient } from '@trimtab/grpc';
import type { ExecutedAction, ExecutedRebalance } from '@trimtab/strategy';
import type { OrderGenPort, RebalanceRequest } from '../../application/remote-ports.js';
import { bandGoalWords, bandKindWords, purposeWords, sideWords } from '../grpc/enum-words.js';
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
    getRebalance: async (rebalanceId, call) => {
      const { rebalance } = await client.getRebalance({ rebalanceId }, call);
      return toView(present(rebalance, 'GetRebalance answers a rebalance'));
    },
    cancelRebalance: async (request, call) => {
      await client.cancelRebalance(request, call);
    },
    close: () => client.close(),
  };
}

const ENDED: ReadonlySet<Rebalance_State> = new Set([
  Rebalance_State.STATE_COMPLETED,
  Rebalance_State.STATE_COMPLETED_ADJUSTED,
  Rebalance_State.STATE_CANCELLED,
  Rebalance_State.STATE_EXPIRED,
  Rebalance_State.STATE_ABORTED,
  Rebalance_State.STATE_FAULTED,
]);

function toView({ state, nav, corrections, actions }: Rebalance): ExecutedRebalance {
  return {
    ended: ENDED.has(state),
    nav: BigInt(nav),
    corrections: BigInt(corrections),
    actions: actions.map(toExecuted),
  };
}

/** The group of the buy leg: its cash goes out. */
const BUY_GROUP = 3;

function toExecuted(action: Action): ExecutedAction {
  const cash = BigInt(action.cashMoved);
  return {
    assetId: action.assetId,
    side: present(sideWords.fromWire(action.side), 'GetRebalance answers known sides'),
    direction: action.deltaExposure.startsWith('-') ? 'DOWN' : 'UP',
    cash: action.group === BUY_GROUP ? -cash : cash,
    collateral: BigInt(action.collateralMoved),
    quantity: BigInt(action.cumulativeQuantity),
    referencePrice: action.referencePriceDecimal,
  };
}

/** What is left out takes OrderGen's defaults: tolerances, guideline, expiry, the vault's slippage but for a roll. */
function toTerms(request: RebalanceRequest): RebalanceTerms {
  const { vaultId, vaultVersion, fence, planHash, snapshotHash, driftBand } = request;
  const { slippageLimitBps } = request;
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
    ...(slippageLimitBps !== undefined && { slippageLimitBps }),
    driftBand: driftBand && {
      kind: bandKindWords.toWire[driftBand.kind],
      widthBps: driftBand.widthBps,
      goal: bandGoalWords.toWire[driftBand.goal],
    },
  };
}
