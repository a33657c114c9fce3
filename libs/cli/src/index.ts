export {
  startSuite,
  SERVICE_NAMES,
  type Suite,
  type SuiteOptions,
  type ServiceName,
} from './suite/suite.js';
