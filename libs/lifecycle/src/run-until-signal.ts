import type { Logger } from '@trimtab/telemetry';
import type { Component } from './component.js';

/** How a process runs its component. */
export interface RunOptions {
  readonly logger: Logger;
  /** Time that the component takes at most to drain; after twice this time the process ends anyway. */
  readonly drainTimeoutMs: number;
  readonly onStarted?: () => void;
  /** Ends the process; replaced in tests. */
  readonly exit?: (code: number) => void;
}

/**
 * Starts the component and waits for SIGTERM or SIGINT, then stops it and ends the process: with
 * code 0 after a clean stop, 1 when start or stop failed or the stop took too long, 130 on a second
 * signal. Resolves when the end was decided.
 */
export async function runUntilSignal(component: Component, options: RunOptions): Promise<void> {
  const { logger, drainTimeoutMs } = options;
  const exit = options.exit ?? ((code) => process.exit(code));
  const signals = listen();
  try {
    await component.start();
    options.onStarted?.();
    const signal = await signals.first;
    logger.info({ signal, component: component.name }, 'stopping');
    void signals.second.then(() => exit(130));
    exit(await stopWithin(component, drainTimeoutMs * 2, logger));
  } catch (error) {
    logger.error({ error, component: component.name }, 'did not start');
    exit(1);
  } finally {
    signals.close();
  }
}

async function stopWithin(component: Component, limitMs: number, logger: Logger): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), limitMs);
  });
  try {
    const outcome = await Promise.race([component.stop().then(() => 'stopped'), limit]);
    if (outcome === 'late') {
      logger.error({ component: component.name, limitMs }, 'stop took too long');
      return 1;
    }
    logger.info({ component: component.name }, 'stopped');
    return 0;
  } catch (error) {
    logger.error({ error, component: component.name }, 'did not stop cleanly');
    return 1;
  } finally {
    clearTimeout(timer);
  }
}

interface Signals {
  readonly first: Promise<NodeJS.Signals>;
  readonly second: Promise<NodeJS.Signals>;
  close(): void;
}

function listen(): Signals {
  const received: ((signal: NodeJS.Signals) => void)[] = [];
  const next = (): Promise<NodeJS.Signals> => new Promise((resolve) => received.push(resolve));
  const first = next();
  const second = next();
  const onSignal = (signal: NodeJS.Signals): void => received.shift()?.(signal);
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return {
    first,
    second,
    close: () => {
      process.off('SIGTERM', onSignal);
      process.off('SIGINT', onSignal);
    },
  };
}
