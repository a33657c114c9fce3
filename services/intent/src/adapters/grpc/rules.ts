import { AUTHENTICATED, PUBLIC, scope } from '@trimtab/grpc';

const WRITE = scope('intent:write');
const ENGINE = scope('engine');

/** Who may call each method; whose intents a caller may touch is decided by the use cases. */
export const rules = {
  CreateIntent: WRITE,
  CreateIntentFromTemplate: WRITE,
  ValidateIntent: AUTHENTICATED,
  GetIntent: AUTHENTICATED,
  ListIntents: AUTHENTICATED,
  UpdateIntent: WRITE,
  PauseIntent: WRITE,
  ResumeIntent: WRITE,
  CancelIntent: WRITE,
  // The source serves its templates without a token.
  ListTemplates: PUBLIC,
  GetAgentPlan: AUTHENTICATED,
  RebalanceIntent: scope('intent:write', 'engine'),
  GetPortfolio: AUTHENTICATED,
  ListRuns: AUTHENTICATED,
  ListNotifications: AUTHENTICATED,
  SetNotificationTargets: WRITE,
  WatchIntents: AUTHENTICATED,
  ClaimDueWork: ENGINE,
  ReportRuntime: ENGINE,
  ListSeries: ENGINE,
  CompleteIntent: ENGINE,
  FailIntent: ENGINE,
} as const;
