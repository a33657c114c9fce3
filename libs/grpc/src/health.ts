import type { Server } from '@grpc/grpc-js';
import { createPoller, createProbe, type Component, type Dependency } from '@trimtab/lifecycle';
import { ATTRIBUTES, METRICS, observe, type Logger } from '@trimtab/telemetry';
import { HealthImplementation } from 'grpc-health-check';

/**
 * grpc.health.v1 of one server. `liveness` serves as long as the process does; '', `readiness` and the
 * full name of each service say whether calls shall be sent here: not while a dependency is gone, nor
 * while the server stops.
 */
export interface Health extends Component {
  addToServer(server: Server): void;
  /** Whether calls shall be sent here as far as the server itself is concerned. */
  setReady(ready: boolean): void;
}

/** What a health service tells about. */
export interface HealthOptions {
  /** Name of the component in logs and metrics. */
  readonly name: string;
  /** Full names of the services. */
  readonly serviceNames: readonly string[];
  /** What the services cannot do without. */
  readonly dependencies: readonly Dependency[];
  readonly logger: Logger;
}

/** The name under which only the life of the process counts. */
export const LIVENESS = 'liveness';
/** The name for all services together, as '' is. */
export const READINESS = 'readiness';

const ASK_EVERY_MS = 1000;
/** A refusal counts at once; silence only after this, because a busy process is late itself. */
const ANSWER_WITHIN_MS = 5000;

/** Creates the health service; not ready until it is told to be. */
export function createHealth(options: HealthOptions): Health {
  const { name, logger } = options;
  const implementation = new HealthImplementation();
  const names = ['', READINESS, ...options.serviceNames];
  const probes = options.dependencies.map((dependency) =>
    createProbe(dependency, ANSWER_WITHIN_MS),
  );
  const gone = new Set<string>();
  let ready = false;
  let stopObserving: (() => void) | undefined;

  function tell(): void {
    const status = ready && gone.size === 0 ? 'SERVING' : 'NOT_SERVING';
    for (const each of names) implementation.setStatus(each, status);
  }

  async function ask(): Promise<void> {
    await Promise.all(
      probes.map(async (probe) => {
        const isUp = await probe.ask();
        if (isUp === !gone.has(probe.name)) return;
        const fields = { component: name, dependency: probe.name };
        if (isUp) {
          gone.delete(probe.name);
          logger.info(fields, 'dependency is back');
        } else {
          gone.add(probe.name);
          logger.warn(fields, 'dependency is gone, not ready');
        }
        tell();
      }),
    );
  }

  const poller = createPoller({
    name: `${name} health`,
    intervalMs: ASK_EVERY_MS,
    run: ask,
    onError: (error) => logger.error({ error, component: name }, 'health cannot be told'),
  });

  return {
    name: poller.name,
    addToServer: (server) => implementation.addToServer(server),
    setReady: (next) => {
      ready = next;
      tell();
    },
    start: async () => {
      implementation.setStatus(LIVENESS, 'SERVING');
      stopObserving ??= observe(METRICS.dependencyUp, () =>
        probes.map((probe) => ({
          value: gone.has(probe.name) ? 0 : 1,
          attributes: { [ATTRIBUTES.component]: name, [ATTRIBUTES.dependency]: probe.name },
        })),
      );
      if (probes.length > 0) await poller.start();
    },
    stop: async () => {
      stopObserving?.();
      stopObserving = undefined;
      await poller.stop();
    },
  };
}
