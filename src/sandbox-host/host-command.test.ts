import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runHostCommand } from './host-command.ts';

describe('runHostCommand', () => {
  it('returns what the command says', async () => {
    assert.equal(await runHostCommand('echo', ['hello'], { timeoutMs: 10_000 }), 'hello\n');
  });

  it('kills a command that takes too long, and says so', async () => {
    await assert.rejects(runHostCommand('sleep', ['1000'], { timeoutMs: 50 }), /^Error: sleep was killed: no end after 50 ms$/);
  });

  it('passes on why a command fails', async () => {
    await assert.rejects(runHostCommand('ls', ['/nowhere'], { timeoutMs: 10_000 }), /Command failed: ls \/nowhere\n.*No such file/);
  });
});
