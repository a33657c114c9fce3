import { IntentServiceService } from '@trimtab/contracts/intent';
import { bindService, type ServiceBinding } from '@trimtab/grpc';
import { creationHandlers } from './creation-handlers.js';
import { readHandlers } from './read-handlers.js';
import { rules } from './rules.js';
import { runHandlers } from './run-handlers.js';
import type { IntentUseCases } from './use-cases.js';

/** IntentService: reads requests, calls use cases, writes answers. */
export function bindIntentService(useCases: IntentUseCases): ServiceBinding {
  return bindService({
    definition: IntentServiceService,
    rules,
    handlers: {
      ...creationHandlers(useCases),
      ...readHandlers(useCases),
      ...runHandlers(useCases),
    },
  });
}
