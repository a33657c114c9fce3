#!/usr/bin/env node
import { useSha256 } from '@trimtab/canonical';
import { nodeSha256 } from '@trimtab/lifecycle';
import { describeFailure } from './describe-failure.js';
import { createProgram } from './program.js';

// A reader that closes the pipe early (`| head`) has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

useSha256(nodeSha256);
try {
  await createProgram((code) => {
    process.exitCode = code;
  }).parseAsync();
} catch (error) {
  const json = process.argv.includes('--json');
  process.stderr.write(`${describeFailure(error, json)}\n`);
  process.exitCode = 1;
}
