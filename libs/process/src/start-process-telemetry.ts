import type { Component, TelemetryConfig } from '@trimtab/lifecycle';
import {
  createLogger,
  serveMetrics,
  startTelemetry,
  type Logger,
  type MetricsEndpoint,
} from '@trimtab/telemetry';

/** Traces, metrics and logs of one process. */
export interface ProcessTelemetry {
  readonly logger: Logger;
  /** Serves the metrics while it runs; its stop ends tracing too, so it is started first. */
  readonly component: Component;
}

/** Starts tracing and logging of a process as its configuration says. */
export function startProcessTelemetry(name: string, config: TelemetryConfig): ProcessTelemetry {
  const telemetry = startTelemetry({
    serviceName: `trimtab-${name}`,
    otlpEndpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
    sampleRatio: config.OTEL_TRACES_SAMPLER_ARG,
    spanFolder: config.SPAN_FOLDER,
  });
  const logger = createLogger({ service: name, level: config.LOG_LEVEL });
  const { METRICS_ADDRESS: address } = config;
  const open: MetricsEndpoint[] = [];
  return {
    logger,
    component: {
      name: 'telemetry',
      start: async () => {
        if (address === 'off') return;
        const endpoint = await serveMetrics(address);
        open.push(endpoint);
        logger.info({ address: endpoint.address }, 'serving metrics');
      },
      stop: async () => {
        for (const endpoint of open.splice(0)) await endpoint.close();
        await telemetry.shutdown();
      },
    },
  };
}
