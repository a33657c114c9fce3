import type { RunOutcome } from '../domain/run.js';

/** What happened, for logs and metrics. */
export interface IntentObserver {
  intentCreated(event: { readonly intentId: string; readonly type: string }): void;
  intentActivated(event: { readonly intentId: string; readonly vaultId: string }): void;
  activationFailed(event: { readonly intentId: string; readonly reason: string }): void;
  activationStalled(event: { readonly intentId: string; readonly error: unknown }): void;
  stateChangeAccepted(event: {
    readonly intentId: string;
    readonly to: string;
    readonly reason: string;
  }): void;
  stateChanged(event: {
    readonly intentId: string;
    readonly to: string;
    readonly reason: string;
  }): void;
  stateChangeStalled(event: { readonly intentId: string; readonly error: unknown }): void;
  intentUpdated(event: { readonly intentId: string }): void;
  depositLimitFailed(event: { readonly intentId: string; readonly error: unknown }): void;
  seriesStalled(event: {
    readonly intentId: string;
    readonly seriesId: string;
    readonly error: unknown;
  }): void;
  runStarted(event: { readonly runId: string; readonly intentId: string }): void;
  runStalled(event: {
    readonly runId: string;
    readonly intentId: string;
    readonly error: unknown;
  }): void;
  runEnded(event: {
    readonly runId: string;
    readonly intentId: string;
    readonly outcome: RunOutcome['kind'];
    readonly reason: string;
  }): void;
}
