import { IntentServiceService } from '@trimtab/contracts/intent';
import { bindService, type ServiceBinding } from '@trimtab/grpc';
import { creationHandlers } from './creation-handlers.js';
import { engineHandlers } from './engine-handlers.js';
import { inspectionHandlers } from './inspection-handlers.js';
import { lifecycleHandlers } from './lifecycle-handlers.js';
import { notificationHandlers } from './notification-handlers.js';
import { readHandlers } from './read-handlers.js';
import { rules } from './rules.js';
import { runHandlers } from './run-handlers.js';
import { updateHandler } from './update-handler.js';
import type { IntentUseCases } from './use-cases.js';
import { watchHandler } from './watch-handler.js';

/** IntentService: reads requests, calls use cases, writes answers. */
export function bindIntentService(useCases: IntentUseCases): ServiceBinding {
  return bindService({
    definition: IntentServiceService,
    rules,
    handlers: {
      ...creationHandlers(useCases),
      ...updateHandler(useCases),
      ...lifecycleHandlers(useCases),
      ...readHandlers(useCases),
      ...inspectionHandlers(useCases),
      ...engineHandlers(useCases),
      ...watchHandler(useCases),
      ...notificationHandlers(useCases),
      ...runHandlers(useCases),
    },
  });
}
