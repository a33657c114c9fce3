import { invariant, present, type Instant } from '@trimtab/core';
import type { Decimal } from '@trimtab/decimal';
import { createVirtualClock, type VirtualClock } from '@trimtab/lifecycle';
import type { IntentSpec } from '@trimtab/strategy';
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

/** What an owner puts in (above 0) or takes out, in base units; what is not there is not taken. */
export interface OwnerFlow {
  readonly time: Instant;
  readonly assetId: string;
  readonly amount: bigint;
}

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
  /** At every recorded price until the end of the intent, and at its end. */
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

/**
 * Plays the engine over recorded prices on a virtual clock: the scheduler and the agents are those of
 * the engine, everything around them is in memory. The clock jumps to whatever comes first, the next
 * price or the next due time, and stands still until nothing is due any more. The intent is activated
 * at the first price; the backtest ends with the last price or with the intent.
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
    const isPriced = stage.playUntilNow();
    await stage.rest();
    const isOver = stage.world.intent.current().state !== 'ACTIVE';
    if (isPriced || isOver) samples.push(takeSample(stage.world, clock.now(), settings.agents));
    if (isOver) break;
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
  rest(): Promise<void>;
  /** When something happens next; absent after the last price. */
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
  const activation = {
    time: first.time,
    assetId: spec.collateral.asset,
    amount: collateralOf(spec),
  };
  const toFlow = [activation, ...flows];
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
    rest: async () => {
      for (;;) {
        const taken = await scheduler.runDue();
        tickCount += taken;
        invariant(tickCount <= maxTicks, `more than ${maxTicks} ticks, the most that is allowed`);
        if (await world.end.advance()) world.rows.clear();
        else if (taken === 0) return;
      }
    },
    nextTime: () => {
      const last = present(prices.at(-1), 'a backtest has prices').time;
      const times = [
        prices[pricePlace]?.time,
        toFlow[flowPlace]?.time,
        world.rows.nextDueTime(),
        world.end.nextTime(),
      ].flatMap((time) => (time === undefined ? [] : [time]));
      const next = times.reduce((least, time) => (time < least ? time : least), last);
      const isOver = clock.now() >= last || times.length === 0;
      return isOver ? undefined : (Math.max(next, clock.now()) as Instant);
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

/** Nobody can take out more than is there; a vault that is closing or closed takes nothing in. */
function moveFunds({ vault, books }: World, { assetId, amount }: OwnerFlow): void {
  if (vault.view().mode !== 'OPEN') return;
  if (amount >= 0n) vault.deposit(assetId, amount);
  else {
    const held = books.quantityOf(assetId);
    vault.withdraw(assetId, -amount < held ? -amount : held);
  }
}
