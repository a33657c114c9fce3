import type { IdSource } from '@trimtab/core';
import type { Handlers } from '@trimtab/grpc';
import type { IntentServiceService } from '@trimtab/contracts/intent';
import type { ValidationFacts } from '@trimtab/strategy';
import type { ChangeState } from '../../application/change-state.js';
import type { ClaimDueWork } from '../../application/claim-due-work.js';
import type { CreateIntent } from '../../application/create-intent.js';
import type { GetIntent } from '../../application/get-intent.js';
import type { GetPortfolio } from '../../application/get-portfolio.js';
import type { ListIntents } from '../../application/list-intents.js';
import type { ListNotifications } from '../../application/list-notifications.js';
import type { ListSeries } from '../../application/list-series.js';
import type { ListRuns } from '../../application/list-runs.js';
import type { RebalanceIntent } from '../../application/rebalance-intent.js';
import type { RefusedTarget } from '../../application/notification-ports.js';
import type { SetNotificationTargets } from '../../application/set-notification-targets.js';
import type { ReportRuntime } from '../../application/report-runtime.js';
import type { UpdateIntent } from '../../application/update-intent.js';
import type { WatchIntents } from '../../application/watch-intents.js';

/** The use cases behind the service. */
export interface IntentUseCases {
  readonly createIntent: CreateIntent;
  readonly getIntent: GetIntent;
  readonly listIntents: ListIntents;
  readonly listRuns: ListRuns;
  readonly getPortfolio: GetPortfolio;
  readonly rebalanceIntent: RebalanceIntent;
  readonly claimDueWork: ClaimDueWork;
  readonly reportRuntime: ReportRuntime;
  readonly listSeries: ListSeries;
  readonly changeState: ChangeState;
  readonly updateIntent: UpdateIntent;
  readonly watchIntents: WatchIntents;
  readonly setNotificationTargets: SetNotificationTargets;
  readonly listNotifications: ListNotifications;
  readonly refusedTarget: RefusedTarget;
  readonly facts: ValidationFacts;
  readonly ids: IdSource;
}

/** Handlers of some of the service's methods. */
export type IntentHandlers = Handlers<typeof IntentServiceService>;
