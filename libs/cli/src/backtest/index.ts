export { readIntentFile } from './intent-file.js';
export {
  backtestFiles,
  backtestJson,
  playBacktest,
  type BacktestRequest,
} from './play-backtest.js';
export { parsePriceFile } from './price-file.js';
