import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import type { Clock } from '#base/clock.ts';
import { loadConfig } from '#config/config.ts';
import type { Environment } from '#config/environment.ts';
import { start, type StartPlatform } from './start.ts';

/** A daemon whose platform is replaced; `ready` resolves with the banner. */
function daemon(t: TestContext, options: { readonly environment?: Environment; readonly startPlatform?: StartPlatform } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-start-'));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  const signals = new EventEmitter();
  const written = { out: '', err: '' };
  const ready = Promise.withResolvers<string>();
  const closed = Promise.withResolvers<undefined>();
  const failed = Promise.withResolvers<Error>();
  const exits: number[] = [];
  const time = { nowMs: 0 };
  const clock: Clock = { wallMs: () => 0, monotonicMs: () => time.nowMs, schedule: () => ({ cancel: () => {} }) };
  const environment = { HEARTH_DATA_DIR: join(folder, 'data'), ...options.environment };
  const status = start(loadConfig(environment, {}, { uid: 0, homeDir: folder, workingDir: folder }), {
    terminal: {
      out(text) {
        written.out += text;
        if (text.endsWith('Ready.\n')) ready.resolve(written.out);
      },
      err(text) {
        written.err += text;
      },
    },
    clock,
    signals,
    exit: (code) => exits.push(code),
    startPlatform:
      options.startPlatform ??
      (async (_config, io) => {
        io.print('Isolation: none, in a test');
        return { endpoint: 'http://127.0.0.1:4566', failed: failed.promise, close: () => closed.promise };
      }),
  });
  return { status, signals, written, ready: ready.promise, closed, failed, exits, time, folder, dataDir: environment.HEARTH_DATA_DIR };
}

suite('start', () => {
  test('says the isolation, where it listens and what to paste, and Ready last', async (t) => {
    const { ready, signals, closed, status } = daemon(t);
    const banner = await ready;
    assert.match(banner, /^Hearth \d+\.\d+\.\d+\nIsolation: none, in a test\nListening on http:\/\/127\.0\.0\.1:4566, data in /);
    assert.match(banner, /^ {2}export AWS_ENDPOINT_URL=http:\/\/127\.0\.0\.1:4566$/m);
    assert.match(banner, /^ {2}export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1$/m);
    assert.ok(banner.endsWith('\n\nReady.\n'));
    signals.emit('SIGTERM', 'SIGTERM');
    closed.resolve(undefined);
    assert.equal(await status, 0);
  });

  test('warns in the banner, and never prints a secret of the operator', async (t) => {
    const { ready, signals, closed, status } = daemon(t, {
      environment: {
        HEARTH_ACCEPT_ANY_SECRET: '1',
        HEARTH_TYPO: 'x',
        HEARTH_ROOT_ACCESS_KEY_ID: 'AKIDOPERATOR',
        HEARTH_ROOT_SECRET_ACCESS_KEY: 'hush-hush',
      },
    });
    const banner = await ready;
    assert.match(banner, /^Warning: HEARTH_ACCEPT_ANY_SECRET is set: signatures are not checked$/m);
    assert.match(banner, /^Warning: HEARTH_TYPO is set/m);
    assert.match(banner, /AWS_ACCESS_KEY_ID=AKIDOPERATOR/);
    assert.doesNotMatch(banner, /hush-hush/);
    signals.emit('SIGINT', 'SIGINT');
    closed.resolve(undefined);
    assert.equal(await status, 0);
  });

  test('a signal drains; the copy that npm passes on does not cut it short, a later one does', async (t) => {
    const { ready, signals, closed, status, exits, time } = daemon(t);
    await ready;
    signals.emit('SIGINT', 'SIGINT');
    time.nowMs = 100;
    signals.emit('SIGINT', 'SIGINT');
    assert.deepEqual(exits, []);
    time.nowMs = 3000;
    signals.emit('SIGINT', 'SIGINT');
    signals.emit('SIGTERM', 'SIGTERM');
    assert.deepEqual(exits, [130, 143]);
    closed.resolve(undefined);
    assert.equal(await status, 0);
  });

  test('a signal that comes while starting drains as soon as the start is done', async (t) => {
    const started = Promise.withResolvers<undefined>();
    let closes = 0;
    const { signals, status } = daemon(t, {
      async startPlatform() {
        await started.promise;
        return { endpoint: 'http://x', failed: new Promise(() => {}), close: async () => void closes++ };
      },
    });
    signals.emit('SIGTERM', 'SIGTERM');
    started.resolve(undefined);
    assert.equal(await status, 0);
    assert.equal(closes, 1);
  });

  test('a drain that fails is an error in the log and in the status', async (t) => {
    const { ready, signals, closed, status, written } = daemon(t);
    await ready;
    signals.emit('SIGTERM', 'SIGTERM');
    closed.reject(new Error('a mount is busy'));
    assert.equal(await status, 1);
    assert.match(written.err, /"message":"draining failed".*a mount is busy/);
  });

  test('a platform that cannot go on is drained, and the status says that it failed', async (t) => {
    const { ready, failed, closed, status, written } = daemon(t, { environment: { HEARTH_LOG_LEVEL: 'info' } });
    await ready;
    failed.resolve(new Error('disk I/O error'));
    closed.resolve(undefined);
    assert.equal(await status, 1);
    assert.match(written.err, /"message":"draining","failure":".*disk I\/O error/);
  });

  test('a data folder with a planted link is refused in one line, before anything starts', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'hearth-planted-'));
    t.after(() => {
      rmSync(folder, { recursive: true });
    });
    symlinkSync('/etc', join(folder, 'code'));
    const { status, written } = daemon(t, { environment: { HEARTH_DATA_DIR: folder } });
    assert.equal(await status, 1);
    assert.match(written.err, /^hearth: \S+\/code is not a folder: [^\n]*\n$/);
  });

  test('the data folder can be passed through by others, but not read', async (t) => {
    const { ready, dataDir, signals, closed, status } = daemon(t);
    await ready;
    assert.equal(statSync(dataDir).mode & 0o777, 0o711);
    signals.emit('SIGTERM', 'SIGTERM');
    closed.resolve(undefined);
    await status;
  });

  test('what hinders the start is one line without a stack', async (t) => {
    const inUse = Object.assign(new Error('listen EADDRINUSE: address already in use'), { code: 'EADDRINUSE', syscall: 'listen' });
    const { status, written } = daemon(t, { startPlatform: () => Promise.reject(inUse) });
    assert.equal(await status, 1);
    assert.equal(written.err, 'hearth: port 4566 on 127.0.0.1 is in use: stop what listens there, or choose another with --port\n');
  });

  test('a data folder that cannot be is refused before anything starts', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'hearth-file-'));
    t.after(() => {
      rmSync(folder, { recursive: true });
    });
    const file = join(folder, 'file');
    writeFileSync(file, '');
    for (const dataDir of [file, join(file, 'below'), '/proc/hearth']) {
      let starts = 0;
      const { status, written } = daemon(t, {
        environment: { HEARTH_DATA_DIR: dataDir },
        startPlatform() {
          starts++;
          return Promise.reject(new Error('started'));
        },
      });
      assert.equal(await status, 1);
      assert.match(written.err, /^hearth: [^\n]*(file|\/proc\/hearth)[^\n]*\n$/);
      assert.equal(starts, 0);
    }
  });
});
