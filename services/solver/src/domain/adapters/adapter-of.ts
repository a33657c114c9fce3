import { assertNever } from '@trimtab/core';
import type { AdapterKind } from '../strategy.js';
import type { Adapter } from './adapter.js';
import { staticAdapter } from './static-adapter.js';

/**
 * The adapter of a kind; undefined for kinds that this version does not carry. A strategy without
 * one has no score, and the registry refuses to store it.
 */
export function adapterOf(kind: AdapterKind): Adapter | undefined {
  switch (kind) {
    case 'STATIC':
      return staticAdapter;
    case 'MANIFEST':
    case 'DRIFT':
    case 'KAMINO':
      return undefined;
    default:
      return assertNever(kind);
  }
}
