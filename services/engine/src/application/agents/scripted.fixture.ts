import { present, type Instant } from '@trimtab/core';
import type { Series } from '@trimtab/option-index';
import { NO_TRIGGERS, TEMPLATES, type IntentSpec, type Target } from '@trimtab/strategy';
import type { IntentView } from '../../domain/intent-view.js';
import type { RebalanceView, RunView } from '../../domain/run.js';
import type { Runtime } from '../../domain/runtime.js';
import { at, dec, runOf } from '../../domain/values.fixture.js';
import type { LedgerLine, VaultView } from '../../domain/vault.js';
import type { AgentKind, Work } from '../../domain/work.js';
import type { Ports, PriceView, WorkReport } from '../ports.js';
import type { AgentContext } from './agent-context.js';
import { SETTINGS } from './stage.fixture.js';

export const NOW = at('2026-07-02T12:00:00Z');

const RUNTIME: Runtime = {
  currentDriftBps: 0,
  totalRolls: 0,
  totalCostBps: 0,
  lastRollAt: undefined,
  lastRollCostBps: 0,
  lastRebalanceId: undefined,
  lastError: '',
  index: undefined,
  nextScheduleTime: undefined,
};

/** What the services answer, one value for each; tests set what they are about. */
export interface Script {
  intent: IntentView;
  vault: VaultView;
  lines: readonly LedgerLine[];
  /** The latest first. */
  runs: RunView[];
  rebalances: readonly RebalanceView[];
  /** Prices of assets without decimals. */
  prices: Readonly<Record<string, string>>;
  targets: Readonly<Record<string, readonly Target[]>>;
  /** What becomes of a run that is asked for. */
  run: Partial<RunView>;
  /** Due times of every schedule. */
  dueTimes: readonly Instant[];
}

/** What agents asked the services to do, in words. */
export interface Scripted {
  readonly context: AgentContext;
  readonly script: Script;
  readonly done: string[];
  readonly reports: WorkReport[];
}

export function specOf(change: Partial<IntentSpec> = {}): IntentSpec {
  const { type, config, constraints, notifications } = present(TEMPLATES[0], 'there are templates');
  return {
    ...{ type, config, constraints, notifications },
    collateral: { asset: 'USDC', amount: '1000' },
    ticker: 'BTC/USDC',
    allocation: { kind: 'index' },
    triggers: NO_TRIGGERS,
    ...change,
  };
}

export function intentOf(
  spec: Partial<IntentSpec> = {},
  change: Partial<IntentView> = {},
): IntentView {
  return {
    id: 'intent-1',
    owner: 'alice',
    state: 'ACTIVE',
    activated: true,
    spec: specOf(spec),
    vaultId: 'vault-1',
    runtime: RUNTIME,
    createTime: at('2026-06-01T00:00:00Z'),
    ...change,
  };
}

export function vaultOf(change: Partial<VaultView> = {}): VaultView {
  return {
    vaultId: 'vault-1',
    mode: 'OPEN',
    version: 3,
    cash: 1_000n,
    positions: [],
    openRebalanceId: undefined,
    frozen: false,
    freezeReason: '',
    ...change,
  };
}

/** An agent's surroundings, by script. */
export function scripted(kind: AgentKind, change: Partial<Script> = {}): Scripted {
  const script: Script = {
    intent: intentOf(),
    vault: vaultOf(),
    lines: [],
    runs: [],
    rebalances: [],
    prices: {},
    targets: {},
    run: {},
    dueTimes: [],
    ...change,
  };
  const done: string[] = [];
  const reports: WorkReport[] = [];
  const ports = portsOf(script, done, reports);
  const context = { work: workOf(kind), ports, settings: SETTINGS };
  return { context, script, done, reports };
}

function workOf(kind: AgentKind): Work {
  const isShared = kind === 'POOL';
  return {
    workId: 'work-1',
    kind,
    instanceKey: isShared ? 'USDC' : 'intent-1',
    intentId: isShared ? undefined : 'intent-1',
    dueTime: NOW,
    leaseToken: 7n,
    leaseExpireTime: NOW,
    attemptCount: 0,
    intentIds: isShared ? ['intent-1'] : [],
  };
}

function portsOf(script: Script, done: string[], reports: WorkReport[]): Ports {
  const price = async (assetId: string): Promise<PriceView | undefined> => {
    const text = script.prices[assetId];
    return text === undefined
      ? undefined
      : { price: dec(text), state: 'HEALTHY', publishTime: NOW };
  };
  const named = ({ base, strike }: Series): string => `${base}-${strike}`;
  const unused = () => Promise.reject(new Error('nobody asks for this'));
  return {
    intents: {
      claim: unused,
      listSeries: unused,
      get: async () => script.intent,
      lastRuns: async (_intentId, count) => script.runs.slice(0, count),
      report: async (report) => void reports.push(report),
      rebalance: async ({ requestId, trigger, leaseToken, series }) => {
        const what = series === undefined ? '' : ` ${named(series)}`;
        done.push(`rebalance ${trigger}${what} as ${requestId} under ${leaseToken}`);
        return runOf({ trigger, ...script.run });
      },
      complete: async ({ reason }) => void done.push(`complete: ${reason}`),
      fail: async ({ reason, requestId }) => void done.push(`fail as ${requestId}: ${reason}`),
    },
    oracle: {
      asset: async (assetId) =>
        assetId in script.prices ? { decimals: 0, lot: 10n, minimumOrder: 100n } : undefined,
      price,
      priceAt: price,
      quotes: async () => [],
      registerSeries: unused,
      publish: unused,
    },
    marketMaker: { publish: unused },
    vaults: {
      get: async () => script.vault,
      linesAfter: async (_vaultId, sequence) =>
        script.lines.filter((line) => line.sequence > sequence),
      settleSeries: async ({ requestId, series }) =>
        void done.push(`settle ${named(series)} as ${requestId}`),
      mergeSeries: async ({ requestId, series, amount }) =>
        void done.push(`merge ${amount} of ${named(series)} as ${requestId}`),
    },
    orderGen: {
      get: async (rebalanceId) =>
        present(
          script.rebalances.find((one) => one.rebalanceId === rebalanceId),
          rebalanceId,
        ),
    },
    solver: { targets: async (planHash) => script.targets[planHash] },
    calendar: { next: (_schedule, after) => script.dueTimes.find((time) => time > after) },
    derivedIds: { of: (...parts) => parts.join('/') },
  };
}
