export * from './client.js';
export * from './create-from-template.js';
export * from './derive-params.js';
export type { DecimalInput } from './exact-text.js';
export type { FilledClient, PartialRequest } from './request-ids.js';
export type { ResumeOptions } from './resume.js';
export type {
  StrategyConfig,
  StrategyConstraints,
  StrategyNotifications,
} from './strategy-parameters.js';
export * from './validate-strategy-config.js';
export { verifyWebhook, WEBHOOK_WINDOW_MILLIS, type ReceivedWebhook } from './verify-webhook.js';
export { DomainFailure } from '@trimtab/core';
export { RemoteFailure } from '@trimtab/grpc';
export type { Derived, StrategyType, Violation } from '@trimtab/strategy';
