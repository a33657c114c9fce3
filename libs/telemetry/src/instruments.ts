import {
  metrics,
  type Attributes,
  type Counter,
  type Histogram,
  type Meter,
  type MeterProvider,
} from '@opentelemetry/api';
import type { MetricDefinition } from './metrics.js';
import { cleaned } from './redact-span.js';

let provider: MeterProvider | undefined;
let meter: Meter | undefined;
const counters = new Map<string, Counter>();
const histograms = new Map<string, Histogram>();

/** Adds to a counter. */
export function count(
  metric: MetricDefinition<'counter'>,
  amount: number,
  attributes: Attributes = {},
): void {
  const own = currentMeter();
  let instrument = counters.get(metric.name);
  if (instrument === undefined) {
    instrument = own.createCounter(metric.name, describe(metric));
    counters.set(metric.name, instrument);
  }
  instrument.add(amount, cleaned(attributes));
}

/** Records a value of a distribution. */
export function record(
  metric: MetricDefinition<'histogram'>,
  value: number,
  attributes: Attributes = {},
): void {
  const own = currentMeter();
  let instrument = histograms.get(metric.name);
  if (instrument === undefined) {
    instrument = own.createHistogram(metric.name, describe(metric));
    histograms.set(metric.name, instrument);
  }
  instrument.record(value, cleaned(attributes));
}

/** Seconds since a moment of `performance.now()`. */
export function secondsSince(startedMs: number): number {
  return (performance.now() - startedMs) / 1000;
}

/** Instruments belong to the provider that made them; another one was registered: they are made anew. */
function currentMeter(): Meter {
  const present = metrics.getMeterProvider();
  if (meter !== undefined && present === provider) return meter;
  provider = present;
  counters.clear();
  histograms.clear();
  meter = present.getMeter('@trimtab/telemetry');
  return meter;
}

function describe({ unit, brief, bounds }: MetricDefinition) {
  return {
    unit,
    description: brief,
    ...(bounds !== undefined && { advice: { explicitBucketBoundaries: [...bounds] } }),
  };
}
