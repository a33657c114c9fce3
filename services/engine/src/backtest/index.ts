export { createAgents } from '../application/create-agents.js';
export { backtestSettings, type BacktestChoices } from './backtest-settings.js';
export type { VenueModel } from './fill-order.js';
export * from './report-document.js';
export { reportMarkdown } from './report-markdown.js';
export { reportOf } from './report.js';
export {
  runBacktest,
  type BacktestInput,
  type BacktestOutcome,
  type BacktestSettings,
  type OwnerFlow,
  type RecordedPrice,
} from './run-backtest.js';
