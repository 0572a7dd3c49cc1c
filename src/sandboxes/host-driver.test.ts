import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { after, describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { systemClock } from '#base/clock.ts';
import { systemIds } from '#base/ids.ts';
import { silentLogger } from '#base/logger.ts';
import { probeHost } from '#sandbox-host/probe.ts';
import { chooseDriver } from './choose-driver.ts';
import { describeSandboxContract, end } from './sandbox-contract.ts';
import type { SandboxBench } from './sandbox-bench.ts';

const host = probeHost();
const missing = host.facts.filter(({ verdict }) => verdict === 'missing').map(({ name, found }) => `${name}: ${found}`);
// In CI a host without the means is a failure of CI, never a reason to test less.
const skip = missing.length > 0 && process.env['CI'] !== 'true' ? `this host cannot isolate: ${missing.join('; ')}` : false;

const parent = await mkdtemp(`${tmpdir()}/hearth-host-driver-`);
await chmod(parent, 0o755);
const place = { runDirectory: `${parent}/run`, dataDirectory: `${parent}/data` };
/** Where the contract's own directory is, and the interpreter. */
const places = [tmpdir(), process.execPath];
const open = (driver: 'bubblewrap' | 'process' = 'bubblewrap', runId = systemIds.hex(6)) =>
  chooseDriver({ driver, host: { ...place, places, network: 'none', runId }, clock: systemClock, logger: silentLogger });

/** The tests that make system calls by number know those of x86_64; seccomp-filter.test.ts covers both architectures. */
const x64Only = { skip: process.arch === 'x64' ? false : 'numbers of x86_64' };

const LIMITS = { memoryMb: 512, cpus: 2, processes: 64, openFiles: 1024, scratchMb: 512 };

describe('sandbox host', { skip }, () => {
  after(async () => rm(parent, { recursive: true }));
  describeSandboxContract('bubblewrap', { open, more: describeIsolation });
  describeEnds();
});

function describeIsolation({ run, runScript, start, startScript, directory, driver }: SandboxBench): void {
  it('runs as the user that functions have on AWS, without capabilities or a way to gain any', async () => {
    const { output } = await run(['/bin/sh', '-c', 'id -u; id -g; id -un; grep -E "^(Cap|NoNewPrivs|Seccomp:)" /proc/self/status']);
    const none = ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map((set) => `${set}:\t0000000000000000`);
    assert.deepEqual(output.trim().split('\n'), ['993', '990', 'sbx_user1051', ...none, 'NoNewPrivs:\t1', 'Seccomp:\t2']);
  });

  it('shows no files of the host beside programs and libraries', async () => {
    const { output } = await run(['/bin/ls', '/', '/var', '/etc']);
    const words = output.split(/\s+/);
    for (const name of ['root', 'home', 'sys', 'run', 'mnt', 'boot', 'log', 'shadow', 'hostname', 'sudoers', 'machine-id'])
      assert.ok(!words.includes(name), name);
    assert.match((await run(['/bin/cat', '/etc/hosts'])).output, /^127\.0\.0\.1 localhost sandbox\.localdomain$/m);
  });

  it('lets a process write to /tmp and nowhere else', async () => {
    const closed = ['/', '/etc', '/dev', '/dev/shm', '/usr/bin', '/var', '/var/task', '/opt', '/proc'];
    const { output } = await run(['/bin/sh', '-c', `for d in ${closed.join(' ')}; do touch $d/x 2>&1; done; touch /tmp/x && echo written`]);
    assert.equal(output.match(/Read-only file system|No such file|Permission denied/g)?.length, closed.length, output);
    assert.match(output, /^written$/m);
  });

  describe('a parked sandbox', () => {
    const LOOK = `const fs = require('node:fs'); process.chdir('/var/task');
      const text = (path) => fs.readFileSync(path, 'utf8');
      const mounts = text('/proc/self/mountinfo').split('\\n').map((line) => line.split(' ').slice(3).join(' ')).sort();
      const status = text('/proc/self/status').match(/^(?:Groups|Cap\\w+|NoNewPrivs|Seccomp|Uid|Gid):.*/gm);
      console.log(JSON.stringify([mounts, status, text('/proc/self/limits'), fs.readdirSync('/proc/self/fd').length,
        fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name)), process.argv, process.cwd(), text('file'), fs.statSync('.').mode]));`;

    /** Behind a folder that only a group may enter, as code is. */
    async function guarded(name: string): Promise<string> {
      const folder = `${directory()}/${name}`;
      await mkdir(`${folder}/content`, { recursive: true });
      await writeFile(`${folder}/content/file`, name);
      await chown(folder, 0, 300_007);
      await chmod(folder, 0o750);
      return `${await driver().reach(directory())}/${name}/content`;
    }

    /** What a process sees, without what names the image of /tmp, its own user, and this sandbox. */
    function seen(output: string): unknown {
      return JSON.parse(output.replaceAll(/\/dev\/loop\d+|uid=\d+,gid=\d+/g, '…'));
    }

    it('looks as one that was made with its code', async () => {
      const mounts = [{ source: await guarded('same'), target: '/var/task', gid: 300_007 }];
      const node = await driver().expose(process.execPath);
      const limits = { ...LIMITS, memoryMb: 256 };
      const script = (look: string): string => `channel.write('ready'); channel.once('data', () => { ${look} process.exit(); });`;
      const usual = await startScript(script(LOOK), { mounts: [{ source: node, target: '/var/lang/node' }, ...mounts], limits });
      await usual.receive();
      usual.sandbox.channel.write('go');
      await usual.sandbox.exited;
      const parked = await startScript(script(LOOK), { parked: true, limits: { ...limits, memoryMb: 128 } });
      await parked.receive();
      await parked.sandbox.specialise({ mounts, memoryMb: 256, scratchMb: 512 });
      parked.sandbox.channel.write('go');
      await parked.sandbox.exited;
      assert.deepEqual(seen(parked.output()), seen(usual.output()));
      for (const { sandbox } of [usual, parked]) await end(sandbox);
    });

    it('is shown nothing that its user could not get to', async () => {
      const source = await guarded('closed');
      for (const gid of [undefined, 300_008]) {
        const { sandbox, receive } = await startScript(`channel.write('ready'); channel.on('data', () => {});`, { parked: true });
        await receive();
        const mount = { source, target: '/var/task', ...(gid !== undefined && { gid }) };
        await assert.rejects(sandbox.specialise({ mounts: [mount], memoryMb: 512, scratchMb: 512 }), /open_tree.*EACCES/);
        await end(sandbox);
      }
    });

    it('keeps a /tmp of another size for itself alone, and gives back both', async () => {
      const { sandbox, receive } = await startScript(`channel.write('ready'); channel.on('data', () => {});`, { parked: true });
      await receive();
      await sandbox.specialise({ mounts: [], memoryMb: 512, scratchMb: 700 });
      await end(sandbox);
      const { stdout } = await promisify(execFile)('df', ['--output=size,target', '-BM']);
      assert.doesNotMatch(stdout, new RegExp(`^ *7\\d\\dM .*${parent}`, 'm'));
    });
  });

  it('shows no processes but its own', async () => {
    const { output } = await run(['/bin/sh', '-c', 'ls /proc | grep -E "^[0-9]+$" | wc -l']);
    assert.ok(Number(output) <= 5, output);
  });

  it('cannot reach the network of the host', async () => {
    const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { output } = await runScript(
      `const net = require('node:net');
       for (const host of ['127.0.0.1', '169.254.169.254']) net.connect(${port}, host).on('error', (error) => console.log(error.code)).on('connect', () => console.log('connected'));
       console.log(Object.keys(require('node:os').networkInterfaces()).join());`,
    );
    server.close();
    assert.deepEqual(output.trim().split('\n').toSorted(), ['ECONNREFUSED', 'ENETUNREACH', 'lo']);
  });

  it('refuses system calls that lead out, and knows none that are newer than the filter', x64Only, async () => {
    const calls = {
      ptrace: 101,
      mount: 165,
      unshare: 272,
      bpf: 321,
      keyctl: 250,
      io_uring_setup: 425,
      userfaultfd: 323,
      setns: 308,
      pivot_root: 155,
      perf_event_open: 298,
      open_by_handle_at: 304,
      clone3: 435,
      future: 999,
    };
    const lines = Object.entries(calls).map(([name, number]) => `syscall(${number}, 0, 0, 0, 0, 0); print "${name} ", $!+0, "\\n";`);
    const { output } = await run(['/usr/bin/perl', '-e', lines.join('')]);
    const expected = Object.keys(calls).map((name) => `${name} ${name === 'clone3' || name === 'future' ? 38 : 1}`);
    assert.deepEqual(output.trim().split('\n'), expected);
  });

  it('judges clone, personality, socket and ioctl by their arguments', x64Only, async () => {
    const tries = {
      'clone(NEWUSER)': 'syscall(56, 0x10000000, 0, 0, 0, 0)',
      'personality(ADDR_NO_RANDOMIZE)': 'syscall(135, 0x40000)',
      'personality(query)': 'syscall(135, 0xffffffff)',
      'socket(INET, RAW)': 'syscall(41, 2, 3, 1)',
      'socket(PACKET)': 'syscall(41, 17, 3, 0)',
      'socket(ALG)': 'syscall(41, 38, 5, 0)',
      'socket(NETLINK_ROUTE)': 'syscall(41, 16, 3, 0)',
      'socket(NETLINK_AUDIT)': 'syscall(41, 16, 3, 9)',
      'socket(INET6, STREAM)': 'syscall(41, 10, 1 | 02000000, 0)',
      'socket(UNIX)': 'syscall(41, 1, 1, 0)',
      'ioctl(TIOCSTI)': 'syscall(16, 0, 0x5412, 0)',
    };
    const lines = Object.entries(tries).map(([name, call]) => `$! = 0; $r = ${call}; print "${name} ", ($r < 0 ? $!+0 : "ok"), "\\n";`);
    const { output } = await run(['/usr/bin/perl', '-e', lines.join('')]);
    const verdicts = Object.fromEntries(
      output
        .trim()
        .split('\n')
        .map((line) => [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' ') + 1)]),
    );
    assert.deepEqual(verdicts, {
      'clone(NEWUSER)': '1',
      'personality(ADDR_NO_RANDOMIZE)': '1',
      'personality(query)': 'ok',
      'socket(INET, RAW)': '1',
      'socket(PACKET)': '97',
      'socket(ALG)': '97',
      'socket(NETLINK_ROUTE)': 'ok',
      'socket(NETLINK_AUDIT)': '1',
      'socket(INET6, STREAM)': 'ok',
      'socket(UNIX)': 'ok',
      'ioctl(TIOCSTI)': '1',
    });
  });

  it('gives no power to setuid programs', async () => {
    const { output } = await run(
      ['/bin/sh', '-c', 'grep " /usr/bin " /proc/self/mounts | cut -d" " -f4; su -c id root 2>&1 || echo refused'],
      {},
    );
    assert.match(output, /nosuid/);
    assert.match(output, /refused/);
  });

  it('lets the group of a mount read it, and no other sandbox', async () => {
    const source = `${directory()}/private`;
    await mkdir(source);
    await writeFile(`${source}/code.txt`, 'secret', { mode: 0o640 });
    const gid = 300_001;
    await chown(`${source}/code.txt`, 0, gid);
    await chown(source, 0, gid);
    await chmod(source, 0o750);
    const command = ['/bin/cat', '/var/task/code.txt'];
    assert.equal((await run(command, { mounts: [{ source, target: '/var/task', gid }] })).output, 'secret');
    const other = await run(command, { mounts: [{ source, target: '/var/task', gid: gid + 1 }] });
    assert.doesNotMatch(other.output, /secret/);
    assert.notEqual(other.exit.code, 0);
  });

  it('expose makes readable what lies below a closed folder or is closed itself', async () => {
    const closed = `${directory()}/closed`;
    await mkdir(`${closed}/open`, { recursive: true });
    await writeFile(`${closed}/open/file`, 'below a closed folder', { mode: 0o644 });
    await mkdir(`${closed}/umask077`, { mode: 0o700 });
    await writeFile(`${closed}/umask077/file`, 'closed itself', { mode: 0o600 });
    await chmod(closed, 0o700);
    for (const [name, text] of [
      ['open', 'below a closed folder'],
      ['umask077', 'closed itself'],
    ]) {
      const source = await driver().expose(`${closed}/${name}`);
      assert.equal(await driver().expose(`${closed}/${name}`), source);
      assert.equal((await run(['/bin/cat', '/opt/file'], { mounts: [{ source, target: '/opt' }] })).output, text);
      await assert.rejects(writeFile(`${source}/new`, ''), { code: 'EROFS' });
    }
    assert.equal(await driver().expose('/usr/bin'), '/usr/bin');
    await assert.rejects(driver().expose(`${closed}/nowhere`), { code: 'ENOENT' });
  });

  it('reach lets a group pass to its own folder below a closed one, and nobody else, and leaves all modes', async () => {
    const closed = `${directory()}/root-only`;
    const code = `${closed}/code`;
    await mkdir(code, { recursive: true });
    await chmod(code, 0o711);
    await chmod(closed, 0o700);
    const path = await driver().reach(code);
    // As the store of code does: the folder appears later, by a rename.
    await mkdir(`${code}/.new`);
    await writeFile(`${code}/.new/index.txt`, 'secret', { mode: 0o644 });
    const gid = 300_007;
    await chown(`${code}/.new`, 0, gid);
    await chmod(`${code}/.new`, 0o750);
    await rename(`${code}/.new`, `${code}/digest`);
    const source = `${path}/digest`;
    const command = ['/bin/cat', '/var/task/index.txt'];
    assert.equal((await run(command, { mounts: [{ source, target: '/var/task', gid }] })).output, 'secret');
    const other = await run(command, { mounts: [{ source, target: '/var/task', gid: gid + 1 }] });
    assert.doesNotMatch(other.output, /secret/);
    const modes = await Promise.all([closed, code, `${code}/digest`].map(async (at) => (await stat(at)).mode & 0o777));
    assert.deepEqual(modes, [0o700, 0o711, 0o750]);
    assert.equal(await driver().reach('/usr/bin'), '/usr/bin');
  });

  it('says that it killed for memory while the main process lives on', async () => {
    const hog = `const all = []; for (;;) all.push(Buffer.alloc(1 << 20, 1));`;
    const { sandbox } = await startScript(
      `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(hog)}]).on('exit', () => channel.write('gone'));`,
      { limits: { ...LIMITS, memoryMb: 128 } },
    );
    assert.equal(await sandbox.outOfMemory(), false);
    // With version 2 of control groups the main process goes as well.
    const survived = once(sandbox.channel, 'data').then(() => sandbox.outOfMemory());
    const killed = await Promise.race([survived, sandbox.exited.then(({ outOfMemory }) => outOfMemory)]);
    assert.equal(killed, true);
    await end(sandbox);
    assert.equal(await sandbox.outOfMemory(), false);
  });

  it('kills for memory beyond the limit, and says so', async () => {
    const { exit, peakMemoryBytes } = await runScript(`const all = []; for (;;) all.push(Buffer.alloc(1 << 20, 1));`, {
      limits: { ...LIMITS, memoryMb: 128 },
    });
    assert.deepEqual(exit, { code: undefined, signal: 'SIGKILL', outOfMemory: true });
    assert.equal(peakMemoryBytes, 128 << 20);
  });

  it('holds /tmp on disk: 400 MB under a memory limit of 128 MB are fine, 513 MB are ENOSPC', async () => {
    const { output, exit } = await run(
      [
        '/bin/sh',
        '-c',
        'dd if=/dev/zero of=/tmp/a bs=1M count=400 2>/dev/null && echo written; dd if=/dev/zero of=/tmp/b bs=1M count=113 2>&1',
      ],
      { limits: { ...LIMITS, memoryMb: 128 } },
    );
    assert.match(output, /^written$/m);
    assert.match(output, /No space left on device/);
    assert.equal(exit.outOfMemory, false);
  });

  it('gives all of the size of /tmp', async () => {
    const { output } = await run(['/bin/sh', '-c', 'dd if=/dev/zero of=/tmp/a bs=1M count=512 2>/dev/null && echo written']);
    assert.equal(output, 'written\n');
  });

  it('gives each sandbox an empty /tmp', async () => {
    assert.equal((await run(['/bin/sh', '-c', 'touch /tmp/mine; ls -A /tmp'])).output, 'mine\n');
    assert.equal((await run(['/bin/ls', '-A', '/tmp'])).output, '');
  });

  it('limits processes and open files', async () => {
    const limits = { ...LIMITS, processes: 10, openFiles: 20 };
    const forks = await run(['/bin/sh', '-c', 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 100 & done; echo all'], { limits });
    assert.match(forks.output, /[Cc]annot fork/);
    assert.equal((await run(['/bin/sh', '-c', 'ulimit -n; ulimit -Hn'], { limits })).output, '20\n20\n');
  });

  it('limits the CPU, and setCpu changes the limit', async () => {
    const { sandbox, receive } = await startScript(
      `channel.on('data', () => {
         const from = process.hrtime.bigint(); const used = process.cpuUsage();
         while (process.hrtime.bigint() - from < 500000000n);
         channel.write(String(process.cpuUsage(used).user + process.cpuUsage(used).system));
       }); channel.write('ready');`,
    );
    await receive();
    sandbox.setCpu(0.1);
    sandbox.channel.write('burn');
    const limited = Number(await receive());
    // Half a second at a tenth of a core is 50 ms; a period more may start before it ends.
    assert.ok(limited < 200_000, `${limited} µs`);
    await end(sandbox);
  });

  it('gives sandboxes different users of the host', async () => {
    const both = await Promise.all([start(['/bin/sleep', '1000']), start(['/bin/sleep', '1000'])]);
    const uids = await Promise.all(both.map(async ({ sandbox }) => hostUid(sandbox.id)));
    assert.notEqual(uids[0], uids[1]);
    for (const uid of uids) assert.ok(uid >= 200_000, String(uid));
    await Promise.all(both.map(({ sandbox }) => end(sandbox)));
  });

  it('tells nobody on the host the environment on a command line', async () => {
    const { sandbox } = await start(['/bin/sleep', '1000'], { environment: () => ({ SECRET: 'tell-nobody' }) });
    const lines = await Promise.all((await pidsOf(sandbox.id)).map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8')));
    assert.ok(lines.length > 0);
    for (const line of lines) assert.doesNotMatch(line, /tell-nobody/);
    await end(sandbox);
  });
}

/** Waits until the sandbox has processes: `create` returns before the spawned chain has joined its group. */
async function pidsOf(id: string): Promise<readonly string[]> {
  for (;;) {
    for (const entry of await readdir('/proc')) {
      if (!/^\d+$/.test(entry)) continue;
      const cgroup = await readFile(`/proc/${entry}/cgroup`, 'utf8').catch(() => '');
      if (!cgroup.includes(`-${id}\n`)) continue;
      const status = await readFile(`/proc/${entry}/status`, 'utf8').catch(() => '');
      if (/^Name:\s+bwrap$/m.test(status)) return [entry];
    }
  }
}

async function hostUid(id: string): Promise<number> {
  const [pid] = await pidsOf(id);
  return Number(/^Uid:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

const SPEC = {
  mounts: [],
  command: ['/bin/sleep', '1000'],
  workingDirectory: '/',
  environment: () => ({}),
  limits: LIMITS,
  network: 'none',
} as const;

function describeEnds(): void {
  it('leaves no process, control group, mount, loop device or file after close', async () => {
    const runId = systemIds.hex(6);
    const driver = await open('bubblewrap', runId);
    const sandbox = await driver.create({ ...SPEC, id: 'one' });
    assert.notDeepEqual(await cgroupsOf(runId), []);
    const hosts = await hostsOf(process.pid);
    await Promise.all([end(sandbox), driver.close()]);
    await Promise.all(hosts.map(gone));
    await assertNothingLeft(runId);
  });

  it('shows no sandbox what is closed to everybody and lies in none of its places', async () => {
    const hidden = await mkdtemp('/run/hearth-hidden-');
    await mkdir(`${hidden}/folder`);
    await writeFile(`${hidden}/file`, 'secret', { mode: 0o600 });
    const driver = await open();
    const refused = { code: 'EACCES', message: new RegExp(`^the sandbox host does not show ${hidden}`) };
    await assert.rejects(driver.expose(`${hidden}/file`), refused);
    await assert.rejects(driver.expose(hidden), refused);
    await assert.rejects(driver.reach(`${hidden}/folder`), refused);
    await assert.rejects(driver.create({ ...SPEC, id: 'one', mounts: [{ source: `${hidden}/file`, target: '/opt' }] }), refused);
    await driver.close();
    await rm(hidden, { recursive: true });
  });

  it('the host outlives the daemon only to take everything back, passes on nothing that it inherited', async (t) => {
    const daemon = await startDaemon(t);
    assert.deepEqual(daemon.descriptors, ['0', '1', '2', '3', '4']);
    for (const pid of daemon.processes) assert.equal(process.kill(pid, 0), true);
    await daemon.kill();
    await Promise.all([...daemon.hosts, ...daemon.processes].map(gone));
    await assertNothingLeft(daemon.runId);
  });

  it('without its host the daemon is told so, the sandboxes are dead, frozen or not, and the next start finds what is left', async () => {
    const runId = systemIds.hex(6);
    const driver = await open('bubblewrap', runId);
    const sandboxes = [await driver.create({ ...SPEC, id: 'running' }), await driver.create({ ...SPEC, id: 'frozen' })];
    const processes = (await Promise.all(sandboxes.map(({ id }) => pidsOf(id)))).flat().map(Number);
    sandboxes[1]?.freeze();
    const hosts = await hostsOf(process.pid);
    assert.equal(hosts.length, 1);
    for (const pid of hosts) process.kill(pid, 'SIGKILL');
    assert.match((await driver.failed).message, /^the sandbox host ended \(SIGKILL\)$/);
    for (const sandbox of sandboxes) {
      assert.equal((await sandbox.exited).signal, 'SIGKILL');
      await end(sandbox);
    }
    await Promise.all(processes.map(gone));
    await assert.rejects(driver.create({ ...SPEC, id: 'late' }), /the sandbox host ended/);
    await driver.close();
    assert.notDeepEqual(await cgroupsOf(runId), []);
    await (await open()).close();
    await assertNothingLeft(runId);
  });

  it('what is left when both are killed is found by the next start, whatever driver it takes', async (t) => {
    const daemon = await startDaemon(t);
    // A run whose host lives is not touched.
    await open('process');
    for (const pid of daemon.processes) assert.equal(process.kill(pid, 0), true);
    for (const pid of daemon.hosts) process.kill(pid, 'SIGSTOP');
    await daemon.kill();
    for (const pid of daemon.hosts) process.kill(pid, 'SIGKILL');
    await Promise.all([...daemon.hosts, ...daemon.processes].map(gone));
    assert.notDeepEqual(await cgroupsOf(daemon.runId), []);
    await open('process');
    await assertNothingLeft(daemon.runId);
  });
}

interface TestDaemon {
  readonly runId: string;
  /** What the first sandbox saw in /proc/self/fd. */
  readonly descriptors: readonly string[];
  /** Of the second sandbox. */
  readonly processes: readonly number[];
  readonly hosts: readonly number[];
  kill(): Promise<void>;
}

async function startDaemon(t: TestContext): Promise<TestDaemon> {
  const runId = systemIds.hex(6);
  const program = `${import.meta.dirname}/host-driver.daemon.ts`;
  const daemon = spawn(process.execPath, [program, place.runDirectory, place.dataDirectory, runId], {
    // Descriptor 9 is what the daemon inherits from whoever starts it; the driver itself uses numbers below that.
    stdio: ['ignore', 'pipe', 'inherit', ...Array.from({ length: 6 }, () => 'ignore' as const), 'pipe'],
  });
  const exited = once(daemon, 'exit');
  const kill = async (): Promise<void> => {
    daemon.kill('SIGKILL');
    await exited;
  };
  t.after(kill);
  const [output] = (await once(daemon.stdout ?? daemon, 'data')) as [Buffer];
  const seen = JSON.parse(output.toString()) as Pick<TestDaemon, 'descriptors' | 'processes'>;
  return { ...seen, runId, hosts: await hostsOf(daemon.pid ?? 0), kill };
}

/** The sandbox hosts of a process. */
async function hostsOf(pid: number): Promise<readonly number[]> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ').filter(Boolean);
  const lines = await Promise.all(children.map(async (child) => ({ child, line: await readFile(`/proc/${child}/cmdline`, 'utf8') })));
  return lines.filter(({ line }) => line.includes('sandbox-host.mjs')).map(({ child }) => Number(child));
}

async function cgroupsOf(runId: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of await readdir('/sys/fs/cgroup')) {
    const entries = await readdir(`/sys/fs/cgroup/${name}`).catch(() => []);
    found.push(...[name, ...entries].filter((entry) => entry.startsWith(`hearth-${runId}`)));
  }
  return found;
}

async function assertNothingLeft(runId: string): Promise<void> {
  assert.deepEqual(await cgroupsOf(runId), []);
  assert.doesNotMatch(await readFile('/proc/self/mountinfo', 'utf8'), new RegExp(runId));
  const devices = (await readdir('/sys/block')).filter((name) => name.startsWith('loop'));
  // The kernel shows a deleted file's path too.
  const images = await Promise.all(devices.map((name) => readFile(`/sys/block/${name}/loop/backing_file`, 'utf8').catch(() => '')));
  assert.deepEqual(
    images.filter((image) => image.includes(runId)),
    [],
  );
  assert.ok(!(await readdir(place.runDirectory)).includes(runId));
  assert.ok(!(await readdir(`${place.runDirectory}/runs`)).includes(`${runId}.json`));
  assert.ok(!(await readdir(`${place.dataDirectory}/sandboxes`)).includes(runId));
}

/** Resolves when the process is no more, or only a zombie. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    if (line === '' || line.includes(') Z ')) return;
  }
}
