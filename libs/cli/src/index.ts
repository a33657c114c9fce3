export { connectClients, type SuiteClients } from './demo/clients.js';
export { exportBundle, fetchBundle } from './demo/export-bundle.js';
export { followToEnd, isCompleted, type FinishedRebalance } from './demo/follow-rebalance.js';
export { DECIMALS, registerAsset, registerRecordedAssets } from './demo/market.js';
export { readPools, type Pool } from './demo/pools.js';
export {
  createPriceReplay,
  firstPriceTime,
  PUBLISHERS,
  type PriceReplay,
} from './demo/price-replay.js';
export { openVault, tellStory, type StoryReport } from './demo/story.js';
export { startRollWorld, type RollWorld } from './demo/roll-world.js';
export { tellRollStory } from './demo/story-roll.js';
export { tellSolverStory } from './demo/story-solver.js';
export { tellTargetWeightsStory } from './demo/story-target-weights.js';
export { describe as describeEvent } from './commands/watch.js';
export { runAudit, type AuditTarget } from './commands/audit.js';
export { CONFORMANCE_KINDS, runConformance } from './commands/conformance.js';
export { runToken } from './commands/token.js';
export { runVerify } from './commands/verify.js';
export { createProgram } from './program.js';
export type { Output } from './output.js';
export {
  SERVICE_NAMES,
  startSuite,
  type ServiceName,
  type Suite,
  type SuiteOptions,
} from './suite/suite.js';
