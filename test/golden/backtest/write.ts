import { writeFileSync } from 'node:fs';
import { backtestFiles } from '@trimtab/cli/backtest';
import { playTemplate, TEMPLATES } from './golden-backtest.js';

// Writes the golden backtests again: `make golden-backtests`. Read the difference before it is committed.
for (const template of TEMPLATES) {
  for (const [name, text] of await backtestFiles(await playTemplate(template))) {
    writeFileSync(new URL(`./${template}/${name}`, import.meta.url), text);
  }
}
