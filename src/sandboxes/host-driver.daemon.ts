import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { systemClock } from '#base/clock.ts';
import { silentLogger } from '#base/logger.ts';
import { chooseDriver } from './choose-driver.ts';

// A daemon to be killed, for host-driver.test.ts: makes two sandboxes, says which descriptors the first saw and which
// processes the second has, and waits.
const [, , runDirectory = '', dataDirectory = '', runId = ''] = process.argv;
const driver = await chooseDriver({
  driver: 'bubblewrap',
  host: { runDirectory, dataDirectory, runId, network: 'none', places: [] },
  clock: systemClock,
  logger: silentLogger,
});
const common = {
  mounts: [],
  workingDirectory: '/',
  environment: () => ({}),
  limits: { memoryMb: 128, cpus: 1, processes: 16, openFiles: 64, scratchMb: 512 },
  network: 'none' as const,
};

let listing = '';
const first = await driver.create({ ...common, id: 'first', command: ['/bin/ls', '/proc/self/fd'] });
first.onOutput((chunk) => (listing += chunk.toString()));
await first.exited;

const second = await driver.create({ ...common, id: 'second', command: ['/bin/sh', '-c', 'echo up; exec sleep 1000'] });
await new Promise<void>((resolve) => second.onOutput(() => resolve()));

const processes = readdirSync('/proc')
  .filter((name) => /^\d+$/.test(name))
  .filter((pid) => belongs(pid))
  .map(Number);
process.stdout.write(JSON.stringify({ descriptors: listing.trim().split('\n'), processes }));
await once(process.stdin, 'close');

function belongs(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(`hearth-${runId}-second\n`);
  } catch {
    // It ended between the listing and the look.
    return false;
  }
}
