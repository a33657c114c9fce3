export { campaignCount, isCampaign } from './campaign.js';
export { eventually, type EventuallyOptions } from './eventually.js';
export { everyChange, type Change, type SampleGaps } from './every-change.js';
export { freePorts } from './free-ports.js';
export { memorySpans, type MemorySpans } from './memory-spans.js';
export { startNatsCluster, type NatsCluster } from './nats-cluster.js';
export { natsServerBinary, startNatsServer, type NatsServer } from './nats-server.js';
export { collectLogs, type CollectedLogs, type LogLine } from './collect-logs.js';
export { startPrivatePostgres, type PrivatePostgres } from './private-postgres.js';
export { REFUSED_TARGETS } from './refused-targets.js';
export { SEED } from './seed.js';
export { testAuth, type TestAuth } from './test-auth.js';
export {
  startTestPostgres,
  testDatabase,
  testDatabaseOptions,
  type TestPostgres,
} from './test-database.js';
export { testNatsUrl, testSubjectPrefix } from './test-nats.js';
