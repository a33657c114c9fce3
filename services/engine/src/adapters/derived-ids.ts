import { uuidV5 } from '@trimtab/lifecycle';
import type { DerivedIds } from '../application/ports.js';

/** Made once at random; request ids of the engine are names in it. */
const NAMESPACE = 'b5b0c8b1-9a1e-4a4e-8a4f-0f6a6e0c7d52';

/** Request ids as UUIDs of version 5: the parts as JSON, so that no two lists of parts are one name. */
export const derivedIds: DerivedIds = {
  of: (...parts) => uuidV5(NAMESPACE, JSON.stringify(parts)),
};
