import { canonicalJson } from '@trimtab/canonical';
import { compare, sorted, type Clock } from '@trimtab/core';
import type { Manager, SolverStore, Stored } from './ports.js';
import { refuseMissing } from './refusals.js';

/**
 * Creates the settings of a manager or replaces them; equal settings change nothing. Every allowed
 * strategy must be registered.
 *
 * Refusals: STRATEGY_NOT_FOUND.
 */
export function createUpsertManager({ clock }: { readonly clock: Clock }) {
  return async (
    store: SolverStore,
    settings: Omit<Manager, 'version'>,
  ): Promise<Stored<Manager>> => {
    await store.serialize('managers');
    const { managerId, allowedStrategies } = settings;
    const known = await store.knownStrategies(allowedStrategies);
    const unknown = allowedStrategies.find((strategyId) => !known.has(strategyId));
    if (unknown !== undefined) refuseMissing('strategy', unknown);
    const existing = await store.findManager(managerId);
    if (existing !== undefined && isSame(existing.value, settings)) return existing;
    const now = clock.now();
    const stored = {
      value: { ...settings, version: (existing?.value.version ?? 0) + 1 },
      createTime: existing?.createTime ?? now,
      updateTime: now,
    };
    await store.saveManager(stored);
    return stored;
  };
}

function isSame(stored: Manager, settings: Omit<Manager, 'version'>): boolean {
  const textOf = ({ allowedStrategies, maxNotional }: Omit<Manager, 'version'>): string =>
    canonicalJson({
      allowedStrategies: sorted(allowedStrategies, compare),
      maxNotional: maxNotional?.toString(),
    });
  return textOf(stored) === textOf(settings);
}
