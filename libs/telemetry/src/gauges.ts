import { ValueType, type Attributes } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import type { MetricDefinition } from './metrics.js';
import { cleaned } from './redact-span.js';

/** One value of a gauge. */
export interface Reading {
  readonly value: number;
  readonly attributes?: Attributes;
}

/** Reads a gauge now. */
export type ReadGauge = () => readonly Reading[] | Promise<readonly Reading[]>;

/** A gauge that takes longer than this to read is left out of the answer. */
const READ_LIMIT_MS = 2000;

const observed = new Map<MetricDefinition<'gauge'>, Set<ReadGauge>>();

/**
 * Has a gauge read whenever somebody asks for the metrics, until the returned function is called. What
 * cannot be read, or not soon, is absent from the answer; the rest of it is not.
 */
export function observe(metric: MetricDefinition<'gauge'>, read: ReadGauge): () => void {
  const readers = observed.get(metric) ?? new Set<ReadGauge>();
  observed.set(metric, readers.add(read));
  return () => {
    readers.delete(read);
  };
}

/**
 * Gives the reader of metrics the gauges as they are now. The gauges of the SDK would show a value for
 * ever once it was seen, also when it cannot be read any more.
 */
export function createGaugeProducer(resource: Resource): MetricProducer {
  return {
    collect: async () => {
      const metrics = await Promise.all(
        [...observed].map(async ([metric, readers]) => {
          const readings = await Promise.all([...readers].map(readSoon));
          return toData(metric, added(readings.flat()));
        }),
      );
      const scopeMetrics = [{ scope: { name: '@trimtab/telemetry' }, metrics }];
      return { resourceMetrics: { resource, scopeMetrics }, errors: [] };
    },
  };
}

async function readSoon(read: ReadGauge): Promise<readonly Reading[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Reading[]>((resolve) => {
    timer = setTimeout(() => resolve([]), READ_LIMIT_MS);
  });
  try {
    return await Promise.race([read(), late]);
  } catch {
    return [];
  } finally {
    clearTimeout(timer);
  }
}

/** Two pools of one name, say, are one series: a text of Prometheus must not have it twice. */
function added(readings: readonly Reading[]): readonly Reading[] {
  const series = new Map<string, Reading>();
  for (const reading of readings) {
    const key = JSON.stringify(Object.entries(reading.attributes ?? {}).sort());
    const value = reading.value + (series.get(key)?.value ?? 0);
    series.set(key, { ...reading, value });
  }
  return [...series.values()];
}

function toData(
  { name, brief, unit }: MetricDefinition<'gauge'>,
  readings: readonly Reading[],
): MetricData {
  const now: [number, number] = [Math.floor(Date.now() / 1000), 0];
  return {
    descriptor: { name, description: brief, unit, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.GAUGE,
    dataPoints: readings.map(({ value, attributes = {} }) => ({
      startTime: now,
      endTime: now,
      attributes: cleaned(attributes),
      value,
    })),
  };
}
