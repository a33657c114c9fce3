import { context, propagation, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import { createFanOut } from './fan-out-processor.js';
import { startMetrics, stopMetrics } from './metrics-text.js';
import { createSampler } from './sampler.js';
import { createSpanFile } from './span-file.js';

/** How tracing and metrics are started. */
export interface TelemetryOptions {
  /** Name of the process in every span. */
  readonly serviceName: string;
  /** Address of the OTLP gRPC collector; absent: spans exist (trace ids in logs and on runs), none leave. */
  readonly otlpEndpoint?: string | undefined;
  /** Share of the traces begun here that are recorded, 0 to 1; 1 by default. The first start decides. */
  readonly sampleRatio?: number | undefined;
  /** A folder that keeps the spans of this machine, for `trimtab trace`; absent: none are kept. */
  readonly spanFolder?: string | undefined;
  /** More receivers of spans, for tests. */
  readonly processors?: readonly SpanProcessor[];
}

/** Tracing and metrics that run. */
export interface Telemetry {
  /** Sends what is left, for at most two seconds; never rejects, also when the collector is gone. */
  shutdown(): Promise<void>;
}

const SHUTDOWN_LIMIT_MS = 2000;
const fanOut = createFanOut();
let provider: NodeTracerProvider | undefined;
let startCount = 0;

/**
 * Registers the tracer and meter providers, the async context and the W3C propagator, once per process. Later
 * calls share them (the resource keeps the first name) and add their own processors; the last
 * shutdown takes everything down.
 */
export function startTelemetry(options: TelemetryOptions): Telemetry {
  if (provider === undefined) {
    const resource = resourceFromAttributes({ [ATTR_SERVICE_NAME]: options.serviceName });
    startMetrics(resource);
    provider = new NodeTracerProvider({
      resource,
      spanProcessors: [fanOut],
      sampler: createSampler(options.sampleRatio ?? 1),
    });
    provider.register();
  }
  startCount += 1;
  const processors = [
    ...(options.processors ?? []),
    ...(options.otlpEndpoint === undefined ? [] : [exportTo(options.otlpEndpoint)]),
    ...(options.spanFolder === undefined
      ? []
      : [createSpanFile({ folder: options.spanFolder, process: options.serviceName })]),
  ];
  for (const processor of processors) fanOut.add(processor);
  let stopped: Promise<void> | undefined;
  return { shutdown: () => (stopped ??= stop(processors)) };
}

function exportTo(endpoint: string): SpanProcessor {
  return new BatchSpanProcessor(new OTLPTraceExporter({ url: endpoint, timeoutMillis: 1000 }));
}

async function stop(processors: readonly SpanProcessor[]): Promise<void> {
  const ended = processors.map(async (processor) => {
    fanOut.remove(processor);
    await processor.shutdown();
  });
  // A collector that is gone must not keep a service from stopping: its error is not ours.
  await withinLimit(Promise.allSettled(ended));
  startCount -= 1;
  if (startCount > 0 || provider === undefined) return;
  const last = provider;
  provider = undefined;
  await withinLimit(Promise.allSettled([last.shutdown(), stopMetrics()]));
  trace.disable();
  context.disable();
  propagation.disable();
}

async function withinLimit(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, SHUTDOWN_LIMIT_MS);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
