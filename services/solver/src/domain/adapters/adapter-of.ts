import type { AdapterKind } from '../strategy.js';
import type { Adapter } from './adapter.js';
import { bundleAdapter } from './bundle-adapter.js';
import { manifestAdapter } from './manifest-adapter.js';
import { staticAdapter } from './static-adapter.js';

/** Every adapter by its kind. */
export const ADAPTERS: Readonly<Record<AdapterKind, Adapter>> = {
  STATIC: staticAdapter,
  MANIFEST: manifestAdapter,
  DRIFT: bundleAdapter,
  KAMINO: bundleAdapter,
};

/** The adapter of a kind. */
export function adapterOf(kind: AdapterKind): Adapter {
  return ADAPTERS[kind];
}
