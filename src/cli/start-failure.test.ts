import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '#config/config.ts';
import { explainStartFailure } from './start-failure.ts';

const { config } = loadConfig({}, { port: '80', dataDir: '/data' }, { uid: 0, homeDir: '/root', workingDir: '/' });

test('explainStartFailure says what is wrong and what to do', () => {
  const cases = [
    [{ code: 'EADDRINUSE', syscall: 'listen' }, 'port 80 on 127.0.0.1 is in use: stop what listens there, or choose another with --port'],
    [{ code: 'EADDRNOTAVAIL', syscall: 'listen' }, '127.0.0.1 is no address of this machine: choose another with --host'],
    [{ code: 'EACCES', syscall: 'listen' }, 'port 80 is reserved for root: choose one above 1023 with --port'],
    [{ code: 'EACCES', syscall: 'mkdir', path: '/data/x' }, 'no permission to write /data/x: choose another folder with --data-dir'],
    [{ code: 'EROFS', syscall: 'open' }, 'cannot write /data, it is read-only: choose another folder with --data-dir'],
    [{ code: 'ENOTDIR', syscall: 'mkdir' }, '/data is not a folder: choose another with --data-dir'],
    [{ code: 'ENOENT', syscall: 'mkdir', path: '/proc/x' }, '/proc/x cannot be created: choose another folder with --data-dir'],
    [{ code: 'ENOENT', syscall: 'spawn find', path: 'find' }, 'find cannot be run (ENOENT): install it, or see that it is on PATH'],
    [{ code: 'ENOSPC', syscall: 'write', path: '/data/f' }, 'no space left for /data/f'],
  ] as const;
  for (const [fields, line] of cases) assert.equal(explainStartFailure(Object.assign(new Error('raw'), fields), config), line);
});

test('explainStartFailure gives the first line of any other error', () => {
  assert.equal(explainStartFailure(new Error('the kernel lacks x\nand more'), config), 'the kernel lacks x');
  assert.equal(explainStartFailure('text', config), 'text');
});
