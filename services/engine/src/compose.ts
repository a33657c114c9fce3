import type { Clock, IdSource } from '@trimtab/core';
import { createHealthServer, type TlsIdentity, type TokenIssuer } from '@trimtab/grpc';
import {
  createPoller,
  group,
  type Component,
  type Poller,
  type ServedComponent,
} from '@trimtab/lifecycle';
import type { Bus } from '@trimtab/messaging';
import type { Logger } from '@trimtab/telemetry';
import { createHints } from './adapters/bus/hints.js';
import { derivedIds } from './adapters/derived-ids.js';
import { createLeaseLimit } from './adapters/lease-limit.js';
import { createObserver } from './adapters/telemetry/observer.js';
import { tracedTicks } from './adapters/telemetry/traced-ticks.js';
import { createAgents } from './application/create-agents.js';
import type { Ports } from './application/ports.js';
import { createScheduler, type Scheduler } from './application/scheduler.js';
import { agentSettings, type EngineConfig } from './config.js';
import type { AgentKind } from './domain/work.js';
import { openPorts } from './open-ports.js';

/** What the engine is given: the outside world. */
export interface EngineDependencies {
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Signs the tokens that the engine calls services with. */
  readonly tokenIssuer: TokenIssuer;
  readonly logger: Logger;
  /** Where hints come from; absent: the engine looks by itself only. */
  readonly bus?: Bus | undefined;
  /** Mutual TLS with the services; absent: plain text. */
  readonly tls?: TlsIdentity | undefined;
}

/** The engine: agents that run intents. */
export interface Engine extends ServedComponent {
  /** Ticks whatever is due now until nothing is left; answers how many ticks. For virtual clocks. */
  runDue(): Promise<number>;
}

/**
 * The agents that keep prices fresh have room of their own: others wait for what these publish, and
 * must never stand in their way.
 */
const PRICE_AGENTS: readonly AgentKind[] = ['ORACLE', 'MARKET_MAKER'];
const OTHER_AGENTS: readonly AgentKind[] = [
  'POOL',
  'REBALANCE',
  'SETTLEMENT',
  'POSITION_MONITOR',
  'SWAP_TAKER',
];

/** Builds the engine. It keeps nothing: what it knows is in the intent service. */
export function composeEngine(config: EngineConfig, deps: EngineDependencies): Engine {
  const { logger } = deps;
  const clients = openPorts(config, deps);
  const lanes = [PRICE_AGENTS, OTHER_AGENTS].map((kinds) =>
    createLane(kinds, { config, deps, ports: clients.ports }),
  );
  const wake = (): void => {
    for (const { poller } of lanes) poller.wake();
  };
  const health = createHealthServer({ name: 'engine health', address: config.GRPC_ADDRESS });
  const connections: Component = {
    name: 'engine clients',
    start: () => Promise.resolve(),
    stop: async () => {
      await Promise.resolve();
      clients.close();
    },
  };
  const parts = group('engine', [
    health,
    connections,
    ...lanes.map(({ component }) => component),
    ...(deps.bus === undefined ? [] : [createHints(deps.bus, wake)]),
  ]);
  return {
    name: 'engine',
    get address() {
      return health.address;
    },
    runDue: async () => {
      let count = 0;
      for (let last = -1; last !== count;) {
        last = count;
        for (const { scheduler } of lanes) count += await scheduler.runDue();
      }
      return count;
    },
    start: async () => {
      await parts.start();
      health.setReady(true);
      logger.info({ component: 'engine', address: health.address }, 'serving');
    },
    stop: async () => {
      health.setReady(false);
      await parts.stop();
    },
  };
}

interface Lane {
  readonly scheduler: Scheduler;
  readonly poller: Poller;
  /** The poller; its stop waits for the ticks in flight. */
  readonly component: Component;
}

/** A scheduler of some agents, and the poller that has it look. */
function createLane(
  kinds: readonly AgentKind[],
  context: {
    readonly config: EngineConfig;
    readonly deps: EngineDependencies;
    readonly ports: Ports;
  },
): Lane {
  const { config, deps, ports } = context;
  const { clock, logger, ids } = deps;
  const scheduler = createScheduler(
    {
      engineId: config.ENGINE_ID ?? `engine-${ids.hex(8)}`,
      kinds,
      concurrency: config.TICK_CONCURRENCY,
      leaseSeconds: config.LEASE_SECONDS,
      backoff: {
        firstMillis: config.FIRST_BACKOFF_MILLIS,
        maxMillis: config.MAX_BACKOFF_MILLIS,
      },
    },
    {
      clock,
      intents: ports.intents,
      createAgent: createAgents(ports, agentSettings(config)),
      derivedIds,
      observer: createObserver(logger),
      withinLease: createLeaseLimit(config.LEASE_SECONDS),
      traced: tracedTicks,
      onRoom: () => poller.wake(),
    },
  );
  const poller = createPoller({
    name: `engine ${kinds.join(' ')}`,
    intervalMs: config.WORK_POLL_MILLIS,
    run: async () => {
      await scheduler.takeDue();
    },
    onError: (error) => logger.warn({ err: error }, 'due work could not be claimed'),
  });
  const component: Component = {
    name: poller.name,
    start: () => poller.start(),
    stop: async () => {
      await poller.stop();
      await scheduler.idle();
    },
  };
  return { scheduler, poller, component };
}
