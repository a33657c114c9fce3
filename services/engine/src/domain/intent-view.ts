import type { Instant } from '@trimtab/core';
import type { IntentSpec } from '@trimtab/strategy';
import type { Runtime } from './runtime.js';

/** An intent, as far as the engine needs to know it. */
export interface IntentView {
  readonly id: string;
  readonly owner: string;
  readonly state: 'ACTIVE' | 'PAUSED' | 'COMPLETED' | 'CANCELLED' | 'ERROR';
  /** Whether the activation has ended. */
  readonly activated: boolean;
  readonly spec: IntentSpec;
  /** Absent until the activation allocated one. */
  readonly vaultId: string | undefined;
  readonly runtime: Runtime;
  readonly createTime: Instant;
}
