import { randomBytes } from 'node:crypto';

/** Address of the run's private NATS server; absent outside the project "integration". */
export function testNatsUrl(): string | undefined {
  return process.env['TRIMTAB_TEST_NATS_URL'];
}

/** A prefix for streams and subjects that no other suite on the same server has. */
export function testSubjectPrefix(): string {
  return `t${randomBytes(6).toString('hex')}`;
}
