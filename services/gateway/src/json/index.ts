export { JsonSyntaxError, numberText, readJson } from './read-json.js';
