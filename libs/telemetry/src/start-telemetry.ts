import { context, propagation, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import { createFanOut } from './fan-out-processor.js';

/** How tracing is started. */
export interface TelemetryOptions {
  /** Name of the process in every span. */
  readonly serviceName: string;
  /** Address of the OTLP gRPC collector; absent: spans exist (trace ids in logs and on runs), none leave. */
  readonly otlpEndpoint?: string;
  /** More receivers of spans, for tests. */
  readonly processors?: readonly SpanProcessor[];
}

/** Tracing that runs. */
export interface Telemetry {
  /** Sends what is left, for at most two seconds; never rejects, also when the collector is gone. */
  shutdown(): Promise<void>;
}

const SHUTDOWN_LIMIT_MS = 2000;
const fanOut = createFanOut();
let provider: NodeTracerProvider | undefined;
let startCount = 0;

/**
 * Registers the tracer provider, the async context and the W3C propagator, once per process. Later
 * calls share them (the resource keeps the first name) and add their own processors; the last
 * shutdown takes everything down.
 */
export function startTelemetry(options: TelemetryOptions): Telemetry {
  if (provider === undefined) {
    provider = new NodeTracerProvider({
      resource: resourceFromAttributes({ [ATTR_SERVICE_NAME]: options.serviceName }),
      spanProcessors: [fanOut],
    });
    provider.register();
  }
  startCount += 1;
  const processors = [
    ...(options.processors ?? []),
    ...(options.otlpEndpoint === undefined ? [] : [exportTo(options.otlpEndpoint)]),
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
  await withinLimit(Promise.allSettled([last.shutdown()]));
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
