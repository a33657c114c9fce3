import type { ExplicitAction, Rebalance, RebalanceTerms } from '@trimtab/contracts/ordergen';
import { Side } from '@trimtab/contracts/portfolio';
import type { Vault } from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import {
  exampleTerms,
  type FakePrice,
  type FakeTarget,
  type OrderGenWorld,
} from './ordergen-world.js';

/** What a plan and its snapshot say, for a vault. */
export interface GivenPlan {
  readonly targets: readonly FakeTarget[];
  /** A to E at 1 unless given. */
  readonly prices?: readonly FakePrice[];
}

/** Terms of a plan with these targets at these prices. */
export function planTerms(
  world: OrderGenWorld,
  vault: Vault,
  given: GivenPlan,
  fields: Partial<RebalanceTerms> = {},
): RebalanceTerms {
  const base = exampleTerms(world, vault);
  const snapshotHash =
    given.prices === undefined ? base.snapshotHash : world.snapshot(given.prices);
  const value = world.plan({
    vaultId: vault.vaultId,
    vaultVersion: Number(vault.version),
    snapshotHash,
    targets: given.targets,
  });
  return {
    ...base,
    snapshotHash,
    source: { $case: 'planHash', value },
    sequencing: undefined,
    ...fields,
  };
}

/** A change of a long by a quantity. */
export function move(assetId: string, quantityDelta: string): ExplicitAction {
  return { assetId, side: Side.SIDE_LONG, quantityDelta, collateralDelta: '' };
}

/** Terms of actions that a manager asks for. */
export function actionTerms(
  world: OrderGenWorld,
  vault: Vault,
  actions: readonly ExplicitAction[],
  fields: Partial<RebalanceTerms> = {},
): RebalanceTerms {
  return {
    ...exampleTerms(world, vault),
    source: { $case: 'explicitActions', value: { actions: [...actions] } },
    sequencing: undefined,
    ...fields,
  };
}

/** What PreviewRebalance answers with. */
export async function preview(world: OrderGenWorld, terms: RebalanceTerms): Promise<Rebalance> {
  const answer = await world.orderGen.previewRebalance({ terms });
  return present(answer.rebalance, 'PreviewRebalance answers with a rebalance');
}

/** `asset side: delta` of every action, in order. */
export function tradesOf(rebalance: Rebalance): readonly string[] {
  return rebalance.actions.map(
    ({ assetId, side, deltaNet }) =>
      `${assetId} ${side === Side.SIDE_LONG ? 'LONG' : 'SHORT'}: ${deltaNet}`,
  );
}
