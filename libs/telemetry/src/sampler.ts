import {
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type Sampler,
} from '@opentelemetry/sdk-trace-base';

/**
 * Head sampling by parent: who starts a trace decides for all of it, by a share of the trace ids. What
 * is kept of errors beyond that share is decided by the collector (tail sampling), which needs to see
 * everything: the share is 1 unless asked otherwise.
 */
export function createSampler(ratio: number): Sampler {
  return new ParentBasedSampler({
    root: ratio >= 1 ? new AlwaysOnSampler() : new TraceIdRatioBasedSampler(ratio),
  });
}
