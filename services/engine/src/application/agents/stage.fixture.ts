import { addMillis, instant, type Instant } from '@trimtab/core';
import { formatDecimal } from '@trimtab/decimal';
import { seriesId } from '@trimtab/option-index';
import type { IntentSpec } from '@trimtab/strategy';
import { dec, startWorld } from '../../backtest/world.fixture.js';
import type { World } from '../../backtest/world.js';
import type { VenueModel } from '../../backtest/fill-order.js';
import type { AgentKind, Work } from '../../domain/work.js';
import { createAgents } from '../create-agents.js';
import type { Agent, AgentSettings, Ports } from '../ports.js';

const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Long intervals, so that a test of days has few ticks. */
export const SETTINGS: AgentSettings = {
  volatilities: new Map([['*', dec('0.6')]]),
  spreadBps: 10,
  minimumRollIntervalMillis: HOUR,
  settlementDelayMillis: HOUR,
  oracleIntervalMillis: 6 * HOUR,
  quoteIntervalMillis: 5_000,
  quoteMaxAgeMillis: 10_000,
  monitorIntervalMillis: 12 * HOUR,
  driftIntervalMillis: 6 * HOUR,
  driftMoveBps: 500,
  pollMillis: 1_000,
  idleMillis: DAY,
  firstDeferralMillis: 10 * MINUTE,
  maxDeferralMillis: 2 * HOUR,
  idleCashBps: 50,
};

/** What stands between an agent and its ports: every call of one goes through it. */
export type Gate = <T>(name: string, call: () => Promise<T>) => Promise<T>;

export const OPEN_GATE: Gate = (_name, call) => call();

/** Every agent of the engine, over a world in memory and a clock that tests move. */
export interface Stage extends World {
  now(): Instant;
  /** Ticks whatever is due up to a time, each at its due time. */
  until(time: Instant): Promise<void>;
  after(millis: number): Promise<void>;
  /** A new price of the base, and what follows from it at once. */
  price(text: string): Promise<void>;
  /** Request ids of what was asked for, by port and method, each once. */
  readonly asked: ReadonlySet<string>;
  /** How many calls went through the gate. */
  callCount(): number;
}

export interface StageOptions {
  readonly spec?: IntentSpec;
  readonly venue?: VenueModel;
  readonly settings?: Partial<AgentSettings>;
  readonly gate?: Gate;
  /** Agents that do nothing. */
  readonly without?: readonly AgentKind[];
  /** Changes the ports of the world. */
  readonly ports?: (ports: Ports) => Ports;
}

export async function startStage(options: StageOptions = {}): Promise<Stage> {
  const { gate = OPEN_GATE, without = [] } = options;
  const world = startWorld(options);
  const { clock } = world;
  const settings = Object.create(
    SETTINGS,
    Object.getOwnPropertyDescriptors(options.settings ?? {}),
  ) as AgentSettings;
  const asked = new Set<string>();
  let callCount = 0;
  let isKilled = false;
  const counted: Gate = async (name, call) => {
    callCount += 1;
    try {
      return await gate(name, call);
    } catch (error) {
      isKilled ||= error instanceof Crash;
      throw error;
    }
  };
  const ports = gated((options.ports ?? ((same) => same))(world.ports), counted, asked);

  const createAgent = createAgents(ports, settings);

  async function tickOnce(work: Work): Promise<void> {
    const agent = without.includes(work.kind) ? ABSENT : createAgent(work);
    const result = await agent.tick(clock.now());
    const requestId = `report ${work.workId} ${work.leaseToken}`;
    await ports.intents.report({ ...result, requestId, work, releases: true, failed: false });
  }

  /** A tick that crashes is repeated under the same lease. */
  async function tick(work: Work): Promise<void> {
    try {
      await tickOnce(work);
    } catch (error) {
      if (!isKilled) throw error;
      isKilled = false;
      if (world.rows.isCurrent(work.leaseToken)) await tickOnce(work);
    }
  }

  async function rest(): Promise<void> {
    for (let count = 0; count < 500; count += 1) {
      const claim = { engineId: 'test', kinds: [], limit: 1, leaseSeconds: 30 };
      const [work] = await world.ports.intents.claim(claim);
      if (work !== undefined) {
        await tick(work);
        continue;
      }
      if (!world.end.isDue()) return;
      await world.end.advance();
      world.rows.clear();
    }
    throw new Error('agents wake each other without end');
  }

  const until = async (time: Instant): Promise<void> => {
    await rest();
    for (let count = 0; count < 20_000; count += 1) {
      const next = world.rows.nextDueTime();
      if (next === undefined || next > time) break;
      clock.set(instant(Math.max(next, clock.now())));
      await rest();
    }
    clock.set(time);
    await rest();
  };
  await rest();
  return {
    ...world,
    asked,
    now: () => clock.now(),
    callCount: () => callCount,
    until,
    after: (millis) => until(addMillis(clock.now(), millis)),
    price: async (text) => {
      world.oracle.play(dec(text));
      world.rows.wake(['ORACLE'], clock.now());
      await until(clock.now());
    },
  };
}

/** An agent that never does anything. */
const ABSENT: Agent = { tick: () => Promise.resolve({ nextDueTime: undefined }) };

/** What a process does that is killed. */
export class Crash extends Error {}

type Method = (...args: unknown[]) => Promise<unknown>;

/** The ports, each of whose methods goes through a gate. */
function gated(ports: Ports, gate: Gate, asked: Set<string>): Ports {
  const through = <T extends object>(port: T, name: string): T =>
    Object.fromEntries(
      Object.entries(port).map(([method, call]) => [
        method,
        (...args: unknown[]) => {
          const path = `${name}.${method}`;
          const requestId = requestIdOf(args[0]);
          if (requestId !== undefined) asked.add(`${path} ${requestId}`);
          return gate(path, () => (call as Method)(...args));
        },
      ]),
    ) as T;
  return {
    ...ports,
    intents: through(ports.intents, 'intents'),
    oracle: through(ports.oracle, 'oracle'),
    marketMaker: through(ports.marketMaker, 'marketMaker'),
    vaults: through(ports.vaults, 'vaults'),
    orderGen: through(ports.orderGen, 'orderGen'),
    solver: through(ports.solver, 'solver'),
  };
}

function requestIdOf(request: unknown): string | undefined {
  const isRequest = typeof request === 'object' && request !== null && 'requestId' in request;
  return isRequest && typeof request.requestId === 'string' ? request.requestId : undefined;
}

/** Everything that must be the same however often a process was killed. */
export function outcomeOf({ books, intent, journal, asked }: Stage) {
  const { runtime, state, endReason } = intent.current();
  const { held, next } = runtime.index ?? {};
  return {
    state,
    endReason,
    cash: books.cash(),
    positions: books.positions(),
    lines: books.lines().length,
    rolls: [runtime.totalRolls, runtime.totalCostBps, runtime.lastRollAt, runtime.lastRollCostBps],
    lastRebalanceId: runtime.lastRebalanceId,
    held: held && [seriesId(held.series), held.openTime, formatDecimal(held.index)],
    next: next && seriesId(next.series),
    units: [
      runtime.index?.issuedUnits,
      runtime.index?.firstUnitTime,
      runtime.index?.ledgerSequence,
    ],
    runs: journal.runs.map(({ runId, outcome, rebalanceId }) => [runId, outcome, rebalanceId]),
    notices: journal.notices.map(({ kind, message }) => `${kind}: ${message}`),
    asked: [...asked].filter((one) => !one.includes('report ')).sort(),
  };
}
