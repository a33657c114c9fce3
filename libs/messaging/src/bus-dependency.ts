import type { Dependency } from '@trimtab/lifecycle';
import type { Bus } from './bus.js';

/** The bus as what a service depends on. */
export function busDependency(bus: Pick<Bus, 'isConnected'>): Dependency {
  return { name: 'bus', isUp: async () => bus.isConnected() };
}
