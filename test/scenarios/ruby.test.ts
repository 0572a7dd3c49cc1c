import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Account } from '../support/account.ts';
import { missing } from '../support/clients.ts';
import { RealDaemon } from '../support/daemon.ts';

/** Our client for Ruby, with the system's Ruby, whose version need not be one of the service's: brought along by a custom runtime. */

const RUBY = '/usr/bin/ruby';
const CLIENT = join(import.meta.dirname, '../../runtimes/ruby');

const FUNCTION = `
require 'stringio'
LOADED = Process.clock_gettime(Process::CLOCK_MONOTONIC)
def handler(event:, context:)
  puts "seen #{event['n']}"
  raise 'no luck' if event['fail']
  { id: context.aws_request_id, n: 6 * event['n'], left: context.get_remaining_time_in_millis, loaded: LOADED, name: context.function_name }
end
module Nested
  def self.process(event:, context:)
    StringIO.new('{"as": "it is"}')
  end
end
`;

describe('Ruby', { concurrency: false, skip: missing(RUBY) }, () => {
  let daemon: RealDaemon;
  let account: Account;

  before(async () => {
    daemon = await RealDaemon.start();
    account = new Account(daemon.endpoint);
  });

  after(async () => {
    await daemon.stop();
    daemon.removeData();
  });

  async function deploy(name: string, handler: string): Promise<void> {
    const client = readdirSync(CLIENT).map((file) => ({ name: `client/${file}`, content: readFileSync(join(CLIENT, file)) }));
    const files = [
      { name: 'bootstrap', mode: 0o100755, content: `#!/bin/sh\nexec ${RUBY} -I /var/task /var/task/client/bootstrap.rb\n` },
      { name: 'function.rb', content: FUNCTION },
      { name: 'broken.rb', content: 'def handler(\n' },
      ...client,
    ];
    await account.deploy(name, { runtime: 'provided.al2023', handler, files });
  }

  test('a method: answers, logs, errors with their stack; warm invocations share what was loaded', async () => {
    await deploy('method', 'function.handler');
    const { body, log } = await account.invoke('method', { n: 7 });
    const { id, n, left, loaded, name } = body as Readonly<Record<'id' | 'n' | 'left' | 'loaded' | 'name', unknown>>;
    assert.deepEqual([n, name], [42, 'method'], JSON.stringify(body) + log);
    assert.ok(Number(left) > 0 && Number(left) <= 20_000, `${String(left)} ms left`);
    assert.match(log, new RegExp(`^START RequestId: ${String(id)} Version: \\$LATEST\\nseen 7\\nEND RequestId: ${String(id)}\\n`));
    const warm = await account.result<{ readonly loaded: number }>('method', { n: 1 });
    assert.equal(warm.loaded, loaded);

    const failed = await account.invoke('method', { n: 1, fail: true });
    assert.equal(failed.functionError, 'Unhandled');
    const { stackTrace, ...error } = failed.body as { readonly stackTrace: readonly string[] };
    assert.deepEqual(error, { errorMessage: 'no luck', errorType: 'Function<RuntimeError>' });
    assert.match(stackTrace.join('\n'), /^\/var\/task\/function\.rb:6:in .*handler'$/, 'the stack ends at the handler');
    assert.match(failed.log, /Error raised from handler method/);
    assert.equal((await account.result<{ readonly n: number }>('method', { n: 2 })).n, 12, 'and goes on');
  });

  test('a method of a module, whose text is answered as it is', async () => {
    await deploy('nested', 'function.Nested.process');
    assert.deepEqual(await account.result('nested'), { as: 'it is' });
  });

  test('what cannot be loaded is an error of the init phase', async () => {
    for (const [name, handler, errorType] of [
      ['absent', 'nothing.handler', 'Init<LoadError>'],
      ['broken', 'broken.handler', 'Init<SyntaxError>'],
      ['malformed', 'function', 'Init<ArgumentError>'],
    ] as const) {
      await deploy(name, handler);
      const { functionError, body } = await account.invoke(name);
      assert.equal(functionError, 'Unhandled');
      assert.equal((body as { readonly errorType: string }).errorType, errorType);
    }
    await deploy('unnamed', 'function.nothing');
    const { body } = await account.invoke('unnamed');
    assert.equal((body as { readonly errorType: string }).errorType, 'Function<NoMethodError>');
  });
});
