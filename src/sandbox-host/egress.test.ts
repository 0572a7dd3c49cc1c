import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import type { Interface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '#base/clock.ts';
import { silentLogger } from '#base/logger.ts';
import { MAX_CONNECTIONS } from './egress-rules.ts';
import { cleanUpPreviousRuns } from './previous-runs.ts';
import { probeHost } from './probe.ts';

const host = probeHost();
const lacking = host.facts.filter(
  ({ name, verdict }) => verdict === 'missing' || (name === 'internet for functions' && verdict !== 'good'),
);
// In CI a host without the means is a failure of CI, never a reason to test less.
const skip = lacking.length > 0 && process.env['CI'] !== 'true' ? `this host lacks: ${lacking.map(({ name }) => name).join('; ')}` : false;

/**
 * Two networks: a host, whose default route leads to the internet, which is one machine that serves on an address of its own, on
 * private ones, and on that of a cloud's metadata service. Both end with their process.
 */
const HOST_ADDRESS = '203.0.113.2';
const INTERNET = '203.0.113.1:8080';
const FAR = '198.51.100.7:8080';
const METADATA = '169.254.169.254:8080';
/** Private addresses behind the uplink, one of each range; the first is the host's name server. */
const NAME_SERVER = '10.9.8.7';
const PRIVATE = [NAME_SERVER, '10.9.8.8', '172.16.5.5', '192.168.77.7', '100.64.9.9'];
const HOST_SERVICE = `${HOST_ADDRESS}:8080`;

describe('egress', { skip }, () => {
  let parent: string;
  let internet: ChildProcess;
  let hostNetwork: ChildProcess;
  const daemons: Daemon[] = [];
  const place = () => ({ runDirectory: `${parent}/run`, dataDirectory: `${parent}/data` });

  before(async () => {
    parent = await mkdtemp(`${tmpdir()}/hearth-egress-`);
    await chmod(parent, 0o755);
    await writeFile(`${parent}/resolv.conf`, `nameserver ${NAME_SERVER}\n`);
    internet = await inNewNetwork('internet');
    hostNetwork = await inNewNetwork('host');
    const [near, far] = [hostNetwork.pid, internet.pid];
    run(['ip', 'link', 'add', 'wan0', 'type', 'veth', 'peer', 'name', 'net0', 'netns', String(far)], near);
    for (const command of [
      `addr add ${HOST_ADDRESS}/30 dev wan0`,
      'link set wan0 up',
      'link set lo up',
      'route add default via 203.0.113.1',
    ])
      run(['ip', ...command.split(' ')], near);
    // No route back: only what the host has given its own address to can be answered.
    for (const command of [
      'addr add 203.0.113.1/30 dev net0',
      'link set net0 up',
      'link set lo up',
      'addr add 198.51.100.7/32 dev lo',
      'addr add 169.254.169.254/32 dev lo',
      ...PRIVATE.map((address) => `addr add ${address}/32 dev lo`),
    ])
      run(['ip', ...command.split(' ')], far);
  });
  after(async () => {
    for (const daemon of daemons) await daemon.kill();
    await cleanUpPreviousRuns({ ...place(), nft: undefined, clock: systemClock, logger: silentLogger });
    for (const child of [internet, hostNetwork]) {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
    await rm(parent, { recursive: true });
  });

  /** Of a daemon in the host's network, which has a resolv.conf of the test's own. */
  function daemonArguments(runId: string): readonly string[] {
    const script = `mount --bind ${parent}/resolv.conf /etc/resolv.conf
      if [ -d /run/systemd/resolve ]; then mount -t tmpfs none /run/systemd/resolve; fi
      exec "$@"`;
    const daemon = [process.execPath, `${import.meta.dirname}/egress.daemon.ts`, `${parent}/run`, `${parent}/data`, runId];
    return [`--net=/proc/${hostNetwork.pid}/ns/net`, 'unshare', '--mount', '/bin/sh', '-ec', script, 'sh', ...daemon];
  }

  async function startDaemon(runId: string): Promise<Daemon> {
    const child = spawn('nsenter', daemonArguments(runId), { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout });
    const daemon = new Daemon(child, lines);
    daemons.push(daemon);
    await daemon.ready();
    return daemon;
  }

  const state = async (): Promise<{ readonly tables: string; readonly forwarding: string; readonly links: string }> => ({
    tables: run(['nft', 'list', 'ruleset'], hostNetwork.pid),
    forwarding: run(['cat', '/proc/sys/net/ipv4/conf/wan0/forwarding', '/proc/sys/net/ipv4/ip_forward'], hostNetwork.pid),
    links: run(['ls', '/proc/sys/net/ipv4/conf'], hostNetwork.pid),
  });

  it('lets a sandbox with `internet` out, and neither to the host, its neighbours nor the metadata service; `none` nowhere', async () => {
    const clean = await state();
    const daemon = await startDaemon('one');
    assert.match(daemon.description, /a way to the internet$/);
    const neighbour = `${String(await daemon.ask({ profile: 'internet', addresses: [], stay: true }))}:8080`;
    const hostEnd = /inet (198\.19\.\d+\.\d+)/.exec(run(['ip', 'addr'], hostNetwork.pid))?.[1];
    assert.ok(hostEnd !== undefined);
    const closed = [
      METADATA,
      HOST_SERVICE,
      `${hostEnd}:8080`,
      neighbour,
      neighbour.replace(/\d+:/, (last) => `${Number.parseInt(last, 10) - 1}:`),
    ];
    // What is closed answers when the way to it is open.
    for (const address of [INTERNET, FAR, METADATA, HOST_SERVICE])
      assert.match(connectFromHost(hostNetwork, address), /internet|host/, address);
    assert.deepEqual(await daemon.ask({ profile: 'internet', addresses: [INTERNET, FAR, ...closed] }), {
      [INTERNET]: 'internet',
      [FAR]: 'internet',
      ...Object.fromEntries(closed.map((address) => [address, 'nothing'])),
    });
    const all = [INTERNET, FAR, ...closed];
    const unreachable = Object.fromEntries(all.map((address) => [address, 'ENETUNREACH']));
    assert.deepEqual(await daemon.ask({ profile: 'none', addresses: all }), unreachable);
    await daemon.end();
    await settled(async () => assert.deepEqual(await state(), clean));
  });

  it('passes through a firewall that forwards nothing by itself, and leaves it as it was', async () => {
    run(['nft', 'add table ip filter; add chain ip filter FORWARD { type filter hook forward priority 0; policy drop; }'], hostNetwork.pid);
    const clean = await state();
    const daemon = await startDaemon('two');
    assert.deepEqual(await daemon.ask({ profile: 'internet', addresses: [FAR, HOST_SERVICE] }), {
      [FAR]: 'internet',
      [HOST_SERVICE]: 'nothing',
    });
    await daemon.end();
    await settled(async () => assert.deepEqual(await state(), clean));
    run(['nft', 'delete table ip filter'], hostNetwork.pid);
  });

  it('keeps the way open until the last of several runs ends, and takes back what a killed one left', async () => {
    const clean = await state();
    const killed = await startDaemon('three');
    const other = await startDaemon('four');
    await killed.kill();
    const third = await startDaemon('five');
    await third.end();
    assert.deepEqual(await other.ask({ profile: 'internet', addresses: [FAR] }), { [FAR]: 'internet' });
    await other.end();
    await settled(async () => assert.deepEqual(await state(), clean));
  });

  it('closes private networks behind the uplink but for the name servers, and opens them for `lan`', async () => {
    const privately = PRIVATE.map((address) => `${address}:8080`);
    const names = [`${NAME_SERVER}:53`, '10.9.8.8:53'];
    for (const address of privately) assert.equal(connectFromHost(hostNetwork, address).trim(), 'internet');
    const answers = (addresses: readonly string[], answer: string) => Object.fromEntries(addresses.map((address) => [address, answer]));
    const usual = await startDaemon('eight');
    assert.deepEqual(await usual.ask({ profile: 'internet', addresses: [FAR, ...names, ...privately] }), {
      [FAR]: 'internet',
      [names[0] ?? '']: 'internet',
      ...answers([names[1] ?? '', ...privately], 'nothing'),
    });
    await usual.end();
    const open = await startDaemon('lan2');
    assert.match(open.description, /a way to the internet and private networks$/);
    const reached = [FAR, ...names, ...privately];
    assert.deepEqual(await open.ask({ profile: 'internet', addresses: [METADATA, HOST_SERVICE, ...reached] }), {
      ...answers([METADATA, HOST_SERVICE], 'nothing'),
      ...answers(reached, 'internet'),
    });
    await open.end();
  });

  it('passes over numbers of interfaces that are in use', async () => {
    const daemon = await startDaemon('nine');
    const fds = await Promise.all(
      (await readdir(`/proc/${daemon.hostPid}/fd`)).map(async (fd) => ({
        fd,
        to: await readlink(`/proc/${daemon.hostPid}/fd/${fd}`).catch(() => ''),
      })),
    );
    const router = fds
      .filter(({ to }) => to.startsWith('net:'))
      .map(({ fd }) => `--net=/proc/${daemon.hostPid}/fd/${fd}`)
      .find((network) => execFileSync('nsenter', [network, 'ip', '-o', 'link'], { encoding: 'utf8' }).includes(': up@'));
    assert.ok(router !== undefined);
    // By name, and by number: interface s8 would be 24.
    for (const link of ['add s6 type veth peer name s7', 'add taken index 24 type veth'])
      execFileSync('nsenter', [router, 'ip', 'link', ...link.split(' ')]);
    for (let made = 0; made < 8; made += 1)
      assert.deepEqual(await daemon.ask({ profile: 'internet', addresses: [FAR] }), { [FAR]: 'internet' });
    await daemon.end();
  });

  it('bounds the connections of one sandbox, and of that one only', async () => {
    const daemon = await startDaemon('ten');
    const held = await daemon.ask({ profile: 'internet', addresses: [FAR], hold: MAX_CONNECTIONS + 50 });
    assert.equal(held, MAX_CONNECTIONS);
    assert.deepEqual(await daemon.ask({ profile: 'internet', addresses: [FAR] }), { [FAR]: 'internet' });
    await daemon.end();
  });

  it('says when functions have no name server, since the host asks one that only itself can reach', async () => {
    await writeFile(`${parent}/resolv.conf`, 'nameserver 127.0.0.11\n');
    const daemon = await startDaemon('auto3');
    assert.match(daemon.description, /a way to the internet, but no name server \(the host asks a local name server, 127\.0\.0\.11\)$/);
    await daemon.end();
    await writeFile(`${parent}/resolv.conf`, `nameserver ${NAME_SERVER}\n`);
  });

  it('forwards for nobody else', async () => {
    const daemon = await startDaemon('six');
    assert.match(run(['nft', 'list', 'table', 'inet', 'hearth_six'], hostNetwork.pid), /iifname "wan0" oifname != "hth\*" drop/);
    await daemon.end();
  });

  it('does without where the host has no way out, and says so; asked for by name, it is refused', async () => {
    run(['ip', 'route', 'del', 'default'], hostNetwork.pid);
    const daemon = await startDaemon('auto1');
    assert.match(daemon.description, /no way to the internet \(the host has no default route\)$/);
    await daemon.end();
    for (const runId of ['seven', 'lan1']) {
      const refused = spawn('nsenter', daemonArguments(runId), { stdio: ['ignore', 'ignore', 'pipe'] });
      const said = await refused.stderr.setEncoding('utf8').toArray();
      assert.match(said.join(''), /functions cannot reach the internet here: the host has no default route/);
      assert.ok(!(await readdir(`${parent}/run`)).includes(runId));
      assert.ok(!(await readdir(`${parent}/run/runs`)).includes(`${runId}.json`));
    }
    run(['ip', 'route', 'add', 'default', 'via', '203.0.113.1'], hostNetwork.pid);
  });
});

class Daemon {
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  description = '';
  /** The process id of its sandbox host. */
  hostPid = 0;

  constructor(child: ChildProcess, lines: Interface) {
    this.#child = child;
    this.#lines = lines;
  }

  get pid(): number {
    assert.ok(this.#child.pid !== undefined);
    return this.#child.pid;
  }

  async ready(): Promise<void> {
    this.description = await nextLine(this.#lines);
    const children = (await readFile(`/proc/${this.pid}/task/${this.pid}/children`, 'utf8')).trim().split(' ');
    for (const child of children)
      if ((await readFile(`/proc/${child}/cmdline`, 'utf8')).includes('sandbox-host.mjs')) this.hostPid = Number(child);
  }

  async ask(question: object): Promise<unknown> {
    this.#child.stdin?.write(`${JSON.stringify(question)}\n`);
    return JSON.parse(await nextLine(this.#lines));
  }

  async end(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.stdin?.end();
    assert.deepEqual(await exited, [0, null]);
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
    // Its host has things to take back.
    const running = (stat: string): boolean => stat !== '' && !stat.includes(') Z ');
    while (running(await readFile(`/proc/${this.hostPid}/stat`, 'utf8').catch(() => '')));
  }
}

async function nextLine(lines: Interface): Promise<string> {
  const [line] = (await Promise.race([once(lines, 'line'), once(lines, 'close').then(() => assert.fail('the daemon ended'))])) as [string];
  return line;
}

/** A process that serves on all addresses of a network of its own. */
async function inNewNetwork(name: string): Promise<ChildProcess> {
  const script = `
    const serve = (port, then) => require('node:net').createServer((socket) => socket.on('error', () => {}).end('${name}')).listen(port, '0.0.0.0', 2048, then);
    serve(53, () => serve(8080, () => console.log('up')));`;
  const child = spawn('unshare', ['--net', process.execPath, '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

function run(command: readonly string[], pid: number | undefined): string {
  return execFileSync('nsenter', [`--net=/proc/${pid}/ns/net`, ...command], { encoding: 'utf8' });
}

function connectFromHost(hostNetwork: ChildProcess, address: string): string {
  const [name, port] = address.split(':');
  const script = `require('node:net').connect(${port}, '${name}').on('data', (data) => console.log(String(data))).setTimeout(2000, () => process.exit(1))`;
  return run([process.execPath, '-e', script], hostNetwork.pid);
}

/** The kernel removes interfaces some tens of ms after their last user. */
async function settled(check: () => Promise<void>): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    try {
      await check();
      return;
    } catch (error) {
      if (!(error instanceof assert.AssertionError)) throw error;
    }
  }
  await check();
}
