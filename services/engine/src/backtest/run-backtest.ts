import { addMillis, invariant, present, type Instant } from '@trimtab/core';
import { bpsOf, type Decimal } from '@trimtab/decimal';
import { createVirtualClock, type VirtualClock } from '@trimtab/lifecycle';
import { UNDERLYING, type IntentSpec } from '@trimtab/strategy';
import type { AgentSettings, CreateAgent, Ports } from '../application/ports.js';
import { createScheduler, plainly, type Scheduler } from '../application/scheduler.js';
import { derivedIds } from '../adapters/derived-ids.js';
import type { Backoff } from '../domain/backoff.js';
import type { VenueModel } from './fill-order.js';
import { takeSample, type Sample } from './take-sample.js';
import { collateralOf, createWorld, type World } from './world.js';

/** A recorded price of the base, from its time on. */
export interface RecordedPrice {
  readonly time: Instant;
  readonly price: Decimal;
}

/** What an owner puts in, or the part of everything that they take out in kind, rounded down. */
export type OwnerFlow =
  | {
      readonly kind: 'DEPOSIT';
      readonly time: Instant;
      readonly assetId: string;
      /** Base units of the asset, at least 0. */
      readonly amount: bigint;
    }
  | { readonly kind: 'WITHDRAWAL'; readonly time: Instant; readonly partBps: number };

/** What a backtest plays. */
export interface BacktestInput {
  readonly spec: IntentSpec;
  /** Ascending by time, at least one. */
  readonly prices: readonly RecordedPrice[];
  /** Ascending by time; the collateral is put in at the first price. */
  readonly flows: readonly OwnerFlow[];
  readonly settings: BacktestSettings;
  /** Makes the agents of the engine. */
  readonly createAgents: (ports: Ports, settings: AgentSettings) => CreateAgent;
}

/** The figures of a backtest. */
export interface BacktestSettings {
  readonly agents: AgentSettings;
  readonly venue: VenueModel;
  readonly backoff: Backoff;
  /** More ticks than this end the backtest with an error. */
  readonly maxTicks: number;
}

/** What a backtest brought about. */
export interface BacktestOutcome {
  readonly world: World;
  /** At every recorded price, before what it starts is finished, and at the end; before the final sale. */
  readonly samples: readonly Sample[];
  readonly startTime: Instant;
  readonly endTime: Instant;
  readonly tickCount: number;
  /** Ticks that threw, in their order. */
  readonly failures: readonly TickFailure[];
}

/** A tick that threw. */
export interface TickFailure {
  readonly time: Instant;
  readonly workId: string;
  readonly message: string;
}

const INTENT_ID = 'intent-backtest';
/** Agents that wake each other at one time come to rest after far fewer. */
const MAX_TICKS_AT_ONCE = 10_000;
/** More than a purchase takes from its choice to its books. */
const TAIL_MILLIS = 60_000;

/**
 * Plays the engine over recorded prices on a virtual clock: the scheduler and the agents are those of
 * the engine, everything around them is in memory. The clock jumps to whatever comes first, the next
 * price or the next due time, and stands still until nothing is due any more. The intent is activated
 * at the first price; the backtest ends a minute after the last price, so that what the price started
 * is finished, or with the intent.
 */
export async function runBacktest(input: BacktestInput): Promise<BacktestOutcome> {
  const { prices, settings } = input;
  const startTime = present(prices[0], 'a backtest has prices').time;
  const clock = createVirtualClock(startTime);
  const stage = createStage(input, clock);
  const samples: Sample[] = [];
  let endTime = startTime;
  for (let time: Instant | undefined = startTime; time !== undefined; time = stage.nextTime()) {
    clock.set(time);
    endTime = time;
    const sample = (): number =>
      samples.push(takeSample(stage.world, clock.now(), settings.agents));
    const isPriced = stage.playUntilNow();
    await stage.rest(sample);
    if (stage.world.intent.current().state !== 'ACTIVE') break;
    if (isPriced || time === stage.horizon) sample();
  }
  const { world, failures } = stage;
  return { world, samples, startTime, endTime, tickCount: stage.tickCount(), failures };
}

interface Stage {
  readonly world: World;
  readonly failures: readonly TickFailure[];
  tickCount(): number;
  /** Plays prices and flows that are due; answers whether a price was among them. */
  playUntilNow(): boolean;
  /** Ticks until nothing is due and the end of the intent goes no further. */
  rest(beforeEnd: () => void): Promise<void>;
  /** A minute after the last price. */
  readonly horizon: Instant;
  /** When something happens next; absent after the horizon. */
  nextTime(): Instant | undefined;
}

function createStage(input: BacktestInput, clock: VirtualClock): Stage {
  const { spec, prices, flows, settings } = input;
  const { agents, venue, maxTicks } = settings;
  const options = { intentId: INTENT_ID, spec, clock, venue, maxTicksAtOnce: MAX_TICKS_AT_ONCE };
  const world = createWorld({ ...options, settings: agents });
  const failures: TickFailure[] = [];
  const scheduler = createStageScheduler(input, { world, clock, failures });
  const first = present(prices[0], 'a backtest has prices');
  const { asset: assetId } = spec.collateral;
  const activation = {
    kind: 'DEPOSIT',
    time: first.time,
    assetId,
    amount: collateralOf(spec),
  } as const;
  const toFlow: readonly OwnerFlow[] = [activation, ...flows];
  const horizon = addMillis(present(prices.at(-1), 'a backtest has prices').time, TAIL_MILLIS);
  let pricePlace = 0;
  let flowPlace = 0;
  let tickCount = 0;
  return {
    world,
    failures,
    tickCount: () => tickCount,
    playUntilNow: () => {
      const before = pricePlace;
      for (; isDue(prices[pricePlace], clock); pricePlace += 1) {
        world.oracle.play(present(prices[pricePlace], 'a due price is there').price);
        world.rows.wake(['ORACLE'], clock.now());
      }
      for (; isDue(toFlow[flowPlace], clock); flowPlace += 1) {
        moveFunds(world, present(toFlow[flowPlace], 'a due flow is there'));
      }
      return pricePlace > before;
    },
    rest: async (beforeEnd) => {
      for (;;) {
        const taken = await scheduler.runDue();
        tickCount += taken;
        invariant(tickCount <= maxTicks, `more than ${maxTicks} ticks, the most that is allowed`);
        if (taken > 0) continue;
        if (!world.end.isDue()) return;
        beforeEnd();
        await world.end.advance();
        world.rows.clear();
        return;
      }
    },
    horizon,
    nextTime: () => {
      const times = [
        prices[pricePlace]?.time,
        toFlow[flowPlace]?.time,
        world.rows.nextDueTime(),
        world.end.nextTime(),
      ].flatMap((time) => (time === undefined ? [] : [time]));
      const next = times.reduce((least, time) => (time < least ? time : least), horizon);
      return clock.now() >= horizon ? undefined : (Math.max(next, clock.now()) as Instant);
    },
  };
}

function createStageScheduler(
  { settings, createAgents }: BacktestInput,
  stage: {
    readonly world: World;
    readonly clock: VirtualClock;
    readonly failures: TickFailure[];
  },
): Scheduler {
  const { ports } = stage.world;
  const note = (workId: string, error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error);
    stage.failures.push({ time: stage.clock.now(), workId, message });
  };
  return createScheduler(
    {
      engineId: 'backtest',
      kinds: [],
      concurrency: 1,
      leaseSeconds: 30,
      backoff: settings.backoff,
    },
    {
      clock: stage.clock,
      intents: ports.intents,
      createAgent: createAgents(ports, settings.agents),
      derivedIds,
      observer: {
        tickEnded: () => undefined,
        tickFailed: ({ workId }, error) => note(workId, error),
        workLost: () => undefined,
        reportFailed: ({ workId }, error) => note(workId, error),
      },
      withinLease: plainly,
      traced: plainly,
    },
  );
}

function isDue(event: { readonly time: Instant } | undefined, clock: VirtualClock): boolean {
  return event !== undefined && event.time <= clock.now();
}

/** A vault that is closing or closed moves nothing for its owner: the end pays everything out. */
function moveFunds({ vault }: World, flow: OwnerFlow): void {
  const { mode, cash, positions } = vault.view();
  if (mode !== 'OPEN') return;
  if (flow.kind === 'DEPOSIT') {
    vault.deposit(flow.assetId, flow.amount);
    return;
  }
  vault.withdraw(UNDERLYING, bpsOf(cash, flow.partBps));
  for (const { assetId, quantity } of positions) {
    vault.withdraw(assetId, bpsOf(quantity, flow.partBps));
  }
}
