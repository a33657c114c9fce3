import { metrics } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import type { Resource } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { createGaugeProducer } from './gauges.js';
import { observeProcess } from './observe-process.js';

interface Running {
  readonly reader: PrometheusExporter;
  readonly provider: MeterProvider;
  readonly stopObserving: () => void;
}

let running: Running | undefined;

/** Registers the meter provider of this process and observes its event loop. */
export function startMetrics(resource: Resource): void {
  // The exporter's own server cannot take a free port, nor say that its port is taken.
  const reader = new PrometheusExporter({
    preventServerStart: true,
    metricProducers: [createGaugeProducer(resource)],
  });
  const provider = new MeterProvider({ resource, readers: [reader] });
  metrics.setGlobalMeterProvider(provider);
  running = { reader, provider, stopObserving: observeProcess() };
}

/** Ends what {@link startMetrics} began. */
export async function stopMetrics(): Promise<void> {
  const last = running;
  running = undefined;
  last?.stopObserving();
  metrics.disable();
  await last?.provider.shutdown().catch(() => undefined);
}

const serializer = new PrometheusSerializer(undefined, false, undefined, false, true);

/** All metrics of this process in the text format of Prometheus; empty without telemetry. */
export async function metricsText(): Promise<string> {
  if (running === undefined) return '';
  const { resourceMetrics } = await running.reader.collect();
  return serializer.serialize(resourceMetrics);
}
