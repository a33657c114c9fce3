import { OrderGenServiceService, type Action, type Rebalance } from '@trimtab/contracts/ordergen';
import { instant, present } from '@trimtab/core';
import { createServiceClient } from '@trimtab/grpc';
import { rebalanceCost, UNDERLYING_DECIMALS, type ExecutedAction } from '@trimtab/strategy';
import type { OraclePort, OrderGenPort } from '../../application/ports.js';
import type { RebalanceView } from '../../domain/run.js';
import { callAs, ENGINE, type Address, type ClientSettings } from './settings.js';
import { maybeTime } from './values.js';
import { rebalanceStateWords, sideWords } from './words.js';

/** OrderGen over gRPC; what quantities are worth needs the decimals of their assets, from the oracle. */
export function createOrderGenClient(
  address: Address,
  settings: ClientSettings,
  oracle: Pick<OraclePort, 'asset'>,
): OrderGenPort & { close(): void } {
  const client = createServiceClient({ definition: OrderGenServiceService, address, ...settings });
  const decimalsOf = async (assetId: string): Promise<number> => {
    const asset = await oracle.asset(assetId);
    return present(asset, `${assetId} was traded, so it is registered`).decimals;
  };
  return {
    get: async (rebalanceId) => {
      const answer = await client.getRebalance({ rebalanceId }, callAs(ENGINE));
      const rebalance = present(answer.rebalance, 'GetRebalance answers a rebalance');
      const actions = rebalance.actions.map(toExecuted);
      const assetIds = new Set(actions.map(({ assetId }) => assetId));
      const assetDecimals = new Map<string, number>();
      for (const assetId of assetIds) assetDecimals.set(assetId, await decimalsOf(assetId));
      return toView(rebalance, actions, assetDecimals);
    },
    close: () => client.close(),
  };
}

function toView(
  rebalance: Rebalance,
  actions: readonly ExecutedAction[],
  assetDecimals: ReadonlyMap<string, number>,
): RebalanceView {
  const endTime = maybeTime(rebalance.endTime);
  const nav = BigInt(rebalance.nav);
  const corrections = BigInt(rebalance.corrections);
  const executed = { ended: endTime !== undefined, nav, corrections, actions };
  return {
    rebalanceId: rebalance.rebalanceId,
    state: rebalanceStateWords.fromWire(rebalance.state),
    stateReason: rebalance.stateReason,
    nav,
    cost: rebalanceCost(executed, { assetDecimals, underlyingDecimals: UNDERLYING_DECIMALS }),
    traded: actions.some(({ quantity, cash }) => quantity > 0n || cash !== 0n),
    stuckIndexes: rebalance.actions.filter(({ stuck }) => stuck).map(({ index }) => index),
    createTime: instant(present(rebalance.createTime, 'a rebalance has a create time').getTime()),
    endTime,
  };
}

/** The group of the buy leg: its cash goes out. */
const BUY_GROUP = 3;

function toExecuted(action: Action): ExecutedAction {
  const cash = BigInt(action.cashMoved);
  return {
    assetId: action.assetId,
    side: sideWords.fromWire(action.side),
    direction: action.deltaExposure.startsWith('-') ? 'DOWN' : 'UP',
    cash: action.group === BUY_GROUP ? -cash : cash,
    collateral: BigInt(action.collateralMoved),
    quantity: BigInt(action.cumulativeQuantity),
    referencePrice: action.referencePriceDecimal,
  };
}
