import type { PolicyLimits } from '../policy.js';
import type { SolveProblem } from '../solve.js';
import type { StrategyInput } from '../strategy.js';
import type { LiveWeight } from '../vault-state.js';
import {
  readBoolean,
  readInteger,
  readList,
  readName,
  readRecord,
  readText,
  type JsonRecord,
} from '@trimtab/canonical';

/** A solver vector, read. */
export interface SolverCase {
  readonly problem: SolveProblem;
  readonly liveWeights: readonly LiveWeight[];
}

const STATES = ['ACTIVE', 'PAUSED', 'EXIT_ONLY', 'DISABLED'] as const;
const PROFILES = ['INSTANT', 'SAME_DAY', 'BATCHED', 'TERM'] as const;

/** @throws VectorShapeError naming the place that is not as the vectors are */
export function readSolverCase(testCase: JsonRecord): SolverCase {
  const entries = readList(testCase['strategies'], 'strategies').map((entry, index) => {
    const place = `strategies[${index}]`;
    return { place, record: readRecord(entry, place) };
  });
  const strategies = entries.map(({ record, place }) => readStrategy(record, place));
  const liveWeights = entries.map(({ record, place }, index): LiveWeight => {
    const assetId = strategies[index]?.strategy.assetId ?? '';
    const weightBps = readInteger(record['currentWeightBps'], `${place}.currentWeightBps`);
    return { assetId, side: 'LONG', weightBps };
  });
  const allowed = readList(testCase['allowedStrategies'], 'allowedStrategies');
  const manager = {
    allowedStrategies: allowed.map((id, index) => readText(id, `allowedStrategies[${index}]`)),
  };
  const policy = readPolicy(readRecord(testCase['policy'], 'policy'));
  return { problem: { strategies, policy, manager }, liveWeights };
}

/** Vectors name no asset and no adapter: each strategy's id stands for its share, priced as STATIC. */
function readStrategy(record: JsonRecord, place: string): StrategyInput {
  const integer = (field: string): number => readInteger(record[field], `${place}.${field}`);
  const flag = (field: string): boolean => readBoolean(record[field], `${place}.${field}`);
  const strategyId = readText(record['strategyId'], `${place}.strategyId`);
  return {
    strategy: {
      strategyId,
      assetId: strategyId,
      protocol: readText(record['protocol'], `${place}.protocol`),
      state: readName(record['status'], STATES, `${place}.status`),
      exotic: flag('exotic'),
      canary: flag('canary'),
      strategyCapBps: integer('strategyCapBps'),
      adapterKind: 'STATIC',
      grossApySources: [],
      version: 1,
    },
    snapshot: {
      grossApyBps: integer('grossApyBps'),
      feeBps: integer('feeBps'),
      borrowCostBps: integer('borrowCostBps'),
      slippageBps: integer('slippageBps'),
      riskScoreBps: integer('riskScoreBps'),
      liquidityProfile: readName(record['liquidityProfile'], PROFILES, `${place}.liquidityProfile`),
      withdrawalDelayHours: integer('withdrawalDelayHours'),
      protocolConcentrationBps: integer('protocolConcentrationBps'),
      operationalComplexityBps: integer('operationalComplexityBps'),
      oracleHealthy: flag('oracleHealthy'),
      protocolHealthy: flag('protocolHealthy'),
      withdrawalsHealthy: flag('withdrawalsHealthy'),
      envelopes: [],
      version: 1,
    },
  };
}

function readPolicy(record: JsonRecord): PolicyLimits {
  const integer = (field: string): number => readInteger(record[field], `policy.${field}`);
  const caps = readRecord(record['protocolCapsBps'], 'policy.protocolCapsBps');
  return {
    minLiquidReserveBps: integer('minLiquidReserveBps'),
    strategyCapBps: integer('strategyCapBps'),
    protocolCaps: Object.keys(caps).map((protocol) => ({
      protocol,
      capBps: readInteger(caps[protocol], `policy.protocolCapsBps.${protocol}`),
    })),
    defaultProtocolCapBps: integer('defaultProtocolCapBps'),
    exoticCapBps: integer('exoticCapBps'),
    marginFiCapBps: integer('marginFiCapBps'),
    minRebalanceDeltaBps: integer('minRebalanceDeltaBps'),
  };
}
