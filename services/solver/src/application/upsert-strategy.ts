import { canonicalJson } from '@trimtab/canonical';
import { domainError, refuse, type Clock } from '@trimtab/core';
import type { Strategy } from '../domain/index.js';
import type { SolverStore, Stored } from './ports.js';
import { refuseField } from './refusals.js';

/**
 * Creates a strategy or replaces its definition; an equal definition changes nothing. The asset never
 * changes and belongs to one strategy.
 *
 * Refusals: STRATEGY_ASSET_TAKEN, FIELD_IMMUTABLE for another asset than the stored one.
 */
export function createUpsertStrategy({ clock }: { readonly clock: Clock }) {
  return async (
    store: SolverStore,
    definition: Omit<Strategy, 'version'>,
  ): Promise<Stored<Strategy>> => {
    await store.serialize('strategies');
    const { strategyId, assetId } = definition;
    const existing = await store.findStrategy(strategyId);
    if (existing !== undefined && existing.value.assetId !== assetId) {
      const message = `was ${assetId}, the asset of strategy "${strategyId}" stays ${existing.value.assetId}`;
      refuseField('strategy.asset_id', 'FIELD_IMMUTABLE', message);
    }
    const owner = await store.findStrategyByAsset(assetId);
    if (owner !== undefined && owner.value.strategyId !== strategyId) {
      refuseTakenAsset(assetId, owner.value.strategyId);
    }
    const version = (existing?.value.version ?? 0) + 1;
    if (existing !== undefined && isSameDefinition(existing.value, definition)) return existing;
    const now = clock.now();
    const stored = {
      value: { ...definition, version },
      createTime: existing?.createTime ?? now,
      updateTime: now,
    };
    await store.saveStrategy(stored);
    return stored;
  };
}

function isSameDefinition(stored: Strategy, definition: Omit<Strategy, 'version'>): boolean {
  const text = (strategy: Strategy): string => canonicalJson({ ...strategy });
  return text(stored) === text({ ...definition, version: stored.version });
}

function refuseTakenAsset(assetId: string, strategyId: string): never {
  const message = `asset ${assetId} is already the share of strategy "${strategyId}"`;
  const metadata = { asset_id: assetId, strategy_id: strategyId };
  refuse(domainError('ALREADY_EXISTS', 'STRATEGY_ASSET_TAKEN', message, metadata));
}
