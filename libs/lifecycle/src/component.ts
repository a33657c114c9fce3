/** Anything that is started and stopped. */
export interface Component {
  readonly name: string;
  /** Resolves when it serves. */
  start(): Promise<void>;
  /** Readiness off, drain, stop, in this order. May be called again, and before `start`. */
  stop(): Promise<void>;
}

/** A component that listens. */
export interface ServedComponent extends Component {
  /** The bound address, such as "127.0.0.1:50051"; valid once `start` has resolved. */
  readonly address: string;
}

/**
 * Starts components in order and stops them in reverse. When one does not start, those before it are
 * stopped again and its error is thrown. Stopping goes through all of them even if one fails.
 */
export function group(name: string, components: readonly Component[]): Component {
  const started: Component[] = [];
  return {
    name,
    start: async () => {
      try {
        for (const component of components) {
          await component.start();
          started.push(component);
        }
      } catch (cause) {
        await stopAll(name, started);
        throw cause;
      }
    },
    stop: () => stopAll(name, started),
  };
}

async function stopAll(name: string, started: Component[]): Promise<void> {
  const failures: unknown[] = [];
  for (let last = started.pop(); last !== undefined; last = started.pop()) {
    try {
      await last.stop();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${name} did not stop cleanly`);
}
