import type { AdapterKind } from '../strategy.js';
import type { Adapter } from './adapter.js';
import { staticAdapter } from './static-adapter.js';

const ADAPTERS: Readonly<Record<AdapterKind, Adapter>> = { STATIC: staticAdapter };

/** The adapter of a kind. */
export function adapterOf(kind: AdapterKind): Adapter {
  return ADAPTERS[kind];
}
