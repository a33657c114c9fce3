import type { Call } from './ports.js';

/**
 * Waits a moment between two looks at what another has yet to do. False when the call has no time left
 * for another look, so that its caller can be told to come again.
 */
export type Pause = (call: Call) => Promise<boolean>;
