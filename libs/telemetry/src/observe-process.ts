import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { observe } from './gauges.js';
import { METRICS } from './metrics.js';

const RESOLUTION_MS = 10;
const NANOS = 1_000_000_000;

/** Observes the event loop of this process until the returned function is called. */
export function observeProcess(): () => void {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let before = performance.eventLoopUtilization();
  const seconds = (read: () => number) => () => [{ value: read() / NANOS }];
  const stops = [
    observe(
      METRICS.eventLoopDelayMean,
      // Nothing was measured yet: the mean is no number.
      seconds(() => (Number.isNaN(delay.mean) ? 0 : delay.mean)),
    ),
    observe(
      METRICS.eventLoopDelayP50,
      seconds(() => delay.percentile(50)),
    ),
    observe(
      METRICS.eventLoopDelayP90,
      seconds(() => delay.percentile(90)),
    ),
    observe(
      METRICS.eventLoopDelayP99,
      seconds(() => delay.percentile(99)),
    ),
    observe(METRICS.eventLoopDelayMax, () => {
      const value = delay.max / NANOS;
      // Read last: each answer speaks of the time since the one before.
      delay.reset();
      return [{ value }];
    }),
    observe(METRICS.eventLoopUtilization, () => {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, before);
      before = now;
      return [{ value: utilization }];
    }),
  ];
  return () => {
    for (const stop of stops) stop();
    delay.disable();
  };
}
