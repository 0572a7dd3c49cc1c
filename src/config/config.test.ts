import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ConfigError } from './config-error.ts';
import { loadConfig, type Config, type ConfigFlags, type LoadedConfig } from './config.ts';
import type { Environment } from './environment.ts';

const user = { uid: 1000, homeDir: '/home/ada', workingDir: '/srv/app' };

function load(environment: Environment = {}, flags: ConfigFlags = {}, host = user): LoadedConfig {
  return loadConfig(environment, flags, host);
}

function refusal(environment: Environment, flags: ConfigFlags = {}): string {
  try {
    load(environment, flags);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message;
  }
  throw new assert.AssertionError({ message: 'the configuration was accepted' });
}

const rootKey = { HEARTH_ROOT_ACCESS_KEY_ID: 'AKIDOPERATOR', HEARTH_ROOT_SECRET_ACCESS_KEY: 'correct horse' };

suite('loadConfig', () => {
  test('without any setting: loopback, port 4566, the key test/test', () => {
    assert.deepEqual(load(), {
      config: {
        accountConcurrency: 1000,
        host: '127.0.0.1',
        port: 4566,
        loopback: true,
        dataDir: '/home/ada/.local/share/hearth',
        identity: { rootAccessKeyId: 'test', rootSecretAccessKey: 'test', acceptAccountKeys: true, acceptAnySecret: false },
        allowedHosts: [],
        allowedOrigins: [],
        isolation: 'auto',
        functionNetwork: 'auto',
        daemonUid: 199_999,
        freezeGraceMs: 2,
        idleTimeoutMs: 900_000,
        logLevel: 'warn',
        logBudgetBytes: 2_147_483_648,
        javaHome: undefined,
        parkedMemoryBytes: 256 * 2 ** 20,
        runtimeDeprecationCheck: true,
        apiRates: false,
      } satisfies Config,
      warnings: [],
    });
  });

  test('variables replace defaults, and flags replace variables', () => {
    const environment = { HEARTH_PORT: '5000', HEARTH_HOST: 'localhost', HEARTH_DATA_DIR: '/a', HEARTH_IDLE_TIMEOUT_S: '5' };
    const byVariable = load(environment).config;
    assert.deepEqual([byVariable.port, byVariable.host, byVariable.dataDir], [5000, 'localhost', '/a']);
    assert.equal(byVariable.idleTimeoutMs, 5000);
    const byFlag = load(environment, { port: '0', host: '::1', dataDir: 'data' }).config;
    assert.deepEqual([byFlag.port, byFlag.host, byFlag.dataDir], [0, '::1', '/srv/app/data']);
  });

  test('the user of the daemon is nobody that a sandbox or a folder of code can be', () => {
    assert.equal(load({ HEARTH_DAEMON_UID: '0' }).config.daemonUid, 0);
    assert.equal(load({ HEARTH_DAEMON_UID: '988' }).config.daemonUid, 988);
    for (const uid of ['200000', '999999', '-1', 'hearth']) assert.throws(() => load({ HEARTH_DAEMON_UID: uid }), { name: 'ConfigError' });
  });

  test('an empty or blank variable counts as unset', () => {
    assert.deepEqual(load({ HEARTH_PORT: '', HEARTH_LOG_LEVEL: ' ' }), load());
  });

  test('data lives in /var/lib for root, in the XDG data home for others', () => {
    assert.equal(load({ XDG_DATA_HOME: '/x' }, {}, { ...user, uid: 0 }).config.dataDir, '/var/lib/hearth');
    assert.equal(load({ XDG_DATA_HOME: '/x' }).config.dataDir, '/x/hearth');
  });

  test('a bad value is one line with the name under which it was given', () => {
    assert.equal(refusal({ HEARTH_PORT: '70000' }), "HEARTH_PORT must be a whole number from 0 to 65535, not '70000'");
    assert.equal(refusal({ HEARTH_PORT: '1' }, { port: '1e3' }), "--port must be a whole number from 0 to 65535, not '1e3'");
    assert.equal(refusal({ HEARTH_LOG_LEVEL: 'loud' }), "HEARTH_LOG_LEVEL must be one of debug, info, warn, error, not 'loud'");
    assert.equal(refusal({ HEARTH_ACCEPT_ANY_SECRET: 'yes' }), "HEARTH_ACCEPT_ANY_SECRET must be 1 or 0, not 'yes'");
    for (const network of ['none', 'internet', 'lan'] as const)
      assert.equal(load({ HEARTH_FUNCTION_NETWORK: network }).config.functionNetwork, network);
    assert.match(refusal({ HEARTH_FUNCTION_NETWORK: 'wan' }), /^HEARTH_FUNCTION_NETWORK must be one of auto, none, internet, lan/);
    assert.match(refusal({ HEARTH_ISOLATION: 'docker' }), /^HEARTH_ISOLATION must be one of auto, bubblewrap, none/);
    assert.match(refusal({ HEARTH_ALLOWED_HOSTS: 'a.example,b.example:80' }), /^HEARTH_ALLOWED_HOSTS .* not 'b\.example:80'$/);
    assert.match(refusal({ HEARTH_ALLOWED_ORIGINS: 'https://a.example/' }), /^HEARTH_ALLOWED_ORIGINS .* not 'https:\/\/a\.example\/'$/);
  });

  test('lists are split at commas; host names compare in lower case', () => {
    const { config } = load({ HEARTH_ALLOWED_HOSTS: 'Hearth.Example, ,b', HEARTH_ALLOWED_ORIGINS: 'https://a.example,http://b:81' });
    assert.deepEqual(config.allowedHosts, ['hearth.example', 'b']);
    assert.deepEqual(config.allowedOrigins, ['https://a.example', 'http://b:81']);
  });

  test('listening beyond loopback needs a root key of the operator', () => {
    for (const host of ['0.0.0.0', '::', '192.168.1.5', 'hearth.example', '128.0.0.1']) {
      assert.match(refusal({ HEARTH_HOST: host }), /^to listen on .*, set HEARTH_ROOT_ACCESS_KEY_ID/, host);
    }
    const { config } = load({ HEARTH_HOST: '0.0.0.0', ...rootKey });
    assert.equal(config.loopback, false);
    assert.deepEqual(config.identity, {
      rootAccessKeyId: 'AKIDOPERATOR',
      rootSecretAccessKey: 'correct horse',
      acceptAccountKeys: false,
      acceptAnySecret: false,
    });
  });

  test('all of 127.0.0.0/8, ::1 and localhost are loopback', () => {
    for (const host of ['127.0.0.1', '127.9.9.9', '::1', 'localhost'])
      assert.equal(load({ HEARTH_HOST: host }).config.loopback, true, host);
  });

  test('half a root key is refused', () => {
    assert.match(refusal({ HEARTH_ROOT_ACCESS_KEY_ID: 'A' }), /must be set together$/);
    assert.match(refusal({ HEARTH_ROOT_SECRET_ACCESS_KEY: 'B' }), /must be set together$/);
  });

  test("the operator's own root key closes the well-known account keys, on loopback too", () => {
    assert.equal(load(rootKey).config.identity.acceptAccountKeys, false);
  });

  test('any secret is accepted on loopback only', () => {
    assert.equal(load({ HEARTH_ACCEPT_ANY_SECRET: '1' }).config.identity.acceptAnySecret, true);
    assert.match(
      refusal({ HEARTH_ACCEPT_ANY_SECRET: '1', HEARTH_HOST: '0.0.0.0', ...rootKey }),
      /^HEARTH_ACCEPT_ANY_SECRET .* loopback only/,
    );
  });

  test('no isolation beyond loopback only when asked for', () => {
    const beyond = { HEARTH_HOST: '0.0.0.0', ...rootKey };
    assert.equal(load(beyond).config.isolation, 'bubblewrap');
    assert.equal(load({ ...beyond, HEARTH_ISOLATION: 'auto' }).config.isolation, 'bubblewrap');
    assert.equal(load({ ...beyond, HEARTH_ISOLATION: 'none' }).config.isolation, 'none');
    assert.equal(load({ HEARTH_ISOLATION: 'bubblewrap' }).config.isolation, 'bubblewrap');
  });

  test('an unknown variable with the prefix is a warning', () => {
    assert.deepEqual(load({ HEARTH_PROT: '80', PATH: '/bin' }).warnings, ['HEARTH_PROT is set, but there is no such setting']);
  });

  test('the result is frozen throughout', () => {
    const { config } = load();
    assert.ok(Object.isFrozen(config) && Object.isFrozen(config.identity) && Object.isFrozen(config.allowedHosts));
  });
});
