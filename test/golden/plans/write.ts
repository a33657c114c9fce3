import { mkdirSync, writeFileSync } from 'node:fs';
import { goldenPlan, planFiles, POLICIES } from './plan-files.js';

// Writes the golden folders again: `make golden-plans`. Read the difference before it is committed.
for (const policy of POLICIES) {
  const folder = new URL(`./${policy.policyId}/`, import.meta.url);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of planFiles(goldenPlan(policy))) {
    writeFileSync(new URL(name, folder), text);
  }
}
