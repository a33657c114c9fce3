import { ExposureDirection, type OrderDispatch } from '@trimtab/contracts/execution';
import { Action } from '@trimtab/contracts/ordergen';
import { Side } from '@trimtab/contracts/portfolio';
import { Vault } from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import { QUANTITY, scenario, type ExecutorWorld } from './executor-world.js';

/** 300 USDC of collateral behind 2 WBTC, which are worth 200. */
export const COLLATERAL = '300000000';
/** The net of a whole short: 100 USDC. */
export const NET = '100000000';
/** What buying 2 WBTC back costs at 100. */
export const BUY_BACK = '200000000';
/** 99 of 100: the slippage of the exposure leg is at most 1 % of 200. */
const LEAST_NET = '98000000';
const LEAST_PROCEEDS = '198000000';

/** A short that its rebalance opens or closes, in a vault with 250 USDC beside it. */
export interface ShortScenario {
  readonly vaultId: string;
  readonly order: (changes?: Partial<OrderDispatch>) => OrderDispatch;
  /** The vault, with other cash or a smaller short than the rebalance assumes. */
  readonly hold: (held: {
    readonly cash?: string;
    readonly quantity?: string;
    readonly collateral?: string;
  }) => void;
}

/** Makes a rebalance that opens or closes a short of 2 WBTC behind 300 USDC. */
export function shortScenario(world: ExecutorWorld, kind: 'OPENS' | 'CLOSES'): ShortScenario {
  const opens = kind === 'OPENS';
  const base = scenario(world, { kind: opens ? 'BUYS' : 'SELLS' });
  const { rebalanceId, vaultId } = base;
  const sign = opens ? '' : '-';
  const rebalance = present(world.rebalances.get(rebalanceId), 'a scenario has a rebalance');
  const action = Action.create({
    index: 0,
    assetId: 'WBTC',
    side: Side.SIDE_SHORT,
    group: opens ? 3 : 2,
    deltaExposure: `${sign}${BUY_BACK}`,
    deltaCollateral: `${sign}${COLLATERAL}`,
    deltaNet: `${sign}${NET}`,
    cap: opens ? '' : NET,
    referencePriceDecimal: '100',
  });
  world.rebalances.set(rebalanceId, { ...rebalance, actions: [action] });
  const hold: ShortScenario['hold'] = (held) => {
    const { cash = '250000000', quantity = QUANTITY, collateral = COLLATERAL } = held;
    const short = { assetId: 'WBTC', side: Side.SIDE_SHORT, quantity, collateral };
    world.vaults.set(vaultId, Vault.create({ vaultId, cash, positions: opens ? [] : [short] }));
  };
  hold({});
  return {
    vaultId,
    hold,
    order: (changes = {}) =>
      base.sell({
        side: Side.SIDE_SHORT,
        direction: opens
          ? ExposureDirection.EXPOSURE_DIRECTION_INCREASE
          : ExposureDirection.EXPOSURE_DIRECTION_DECREASE,
        releasesCash: !opens,
        amount: NET,
        exactIn: { $case: 'quantityIn', value: QUANTITY },
        collateralDelta: `${sign}${COLLATERAL}`,
        minimumOut: opens ? LEAST_PROCEEDS : LEAST_NET,
        ...changes,
      }),
  };
}
