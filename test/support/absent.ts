import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';

/** What a test needs is not on this machine: skipped for a developer, a failure where CI=true. */
export function absent(context: TestContext, what: string): void {
  if (process.env['CI'] === 'true') assert.fail(`missing: ${what}`);
  context.skip(`not on this machine: ${what}`);
}
