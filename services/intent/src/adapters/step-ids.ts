import { uuidV5 } from '@trimtab/lifecycle';
import type { StepIds } from '../application/ports.js';

/** Made once at random; with an intent's id it makes names that no other system derives. */
const INTENT_NAMESPACE = '6f1c8b0e-52c7-4f0d-9a53-3f0b0a6f5f1e';

/** Request ids of steps as UUIDs of version 5 (RFC 9562). */
export const stepIds: StepIds = {
  ofRun: (runId, step) => uuidV5(runId, step),
  ofChange: (changeId, step) => uuidV5(changeId, step),
  ofIntent: (intentId, step) => uuidV5(INTENT_NAMESPACE, `${intentId}/${step}`),
};
