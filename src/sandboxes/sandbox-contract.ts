import assert from 'node:assert/strict';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { after, before, describe, it } from 'node:test';
import type { Sandbox, SandboxDriver } from './sandbox.ts';
import type { SandboxBench } from './sandbox-bench.ts';

export interface SandboxContract {
  readonly open: () => Promise<SandboxDriver>;
  /** Tests of what only some drivers promise. */
  readonly more?: (bench: SandboxBench) => void;
}

const NODE = '/var/lang/node';
const PRELUDE = `const channel = new (require('node:net').Socket)({ fd: 3 });`;
const ECHO = `channel.on('data', (data) => channel.write(data)); channel.write('ready');`;

/** The promises of the `Sandbox` port, checked for one driver. */
export function describeSandboxContract(name: string, contract: SandboxContract): void {
  describe(`${name} driver`, () => {
    let driver: SandboxDriver;
    let directory: string;
    let node: string;
    let made = 0;

    before(async () => {
      driver = await contract.open();
      directory = await mkdtemp(`${tmpdir()}/hearth-sandbox-contract-`);
      await chmod(directory, 0o755);
      node = await driver.expose(process.execPath);
    });
    after(async () => {
      await driver.close();
      await rm(directory, { recursive: true });
    });

    const start: SandboxBench['start'] = async (command, change) => {
      made += 1;
      const sandbox = await driver.create({
        id: `contract-${made}`,
        mounts: [{ source: node, target: NODE }],
        command,
        workingDirectory: '/tmp',
        environment: () => ({ PATH: '/usr/bin:/bin' }),
        limits: { memoryMb: 512, cpus: 2, processes: 64, openFiles: 1024, scratchMb: 512 },
        network: 'none',
        ...change,
      });
      let text = '';
      sandbox.onOutput((chunk) => (text += chunk.toString()));
      return {
        sandbox,
        output: () => text,
        receive: async () => String((await once(sandbox.channel, 'data'))[0]),
      };
    };
    const run: SandboxBench['run'] = async (command, change) => {
      const { sandbox, output } = await start(command, change);
      const exit = await sandbox.exited;
      await end(sandbox);
      return { output: output(), exit, peakMemoryBytes: sandbox.usage().peakMemoryBytes };
    };
    const script = (text: string): readonly string[] => [NODE, '-e', PRELUDE + text];
    const bench: SandboxBench = {
      driver: () => driver,
      directory: () => directory,
      start,
      run,
      startScript: (text, change) => start(script(text), change),
      runScript: (text, change) => run(script(`channel.unref();${text}`), change),
    };

    it('gives the process the environment of the specification, PWD, and nothing else', async () => {
      const { output } = await run(['/usr/bin/env'], { environment: () => ({ A: 'one', EMPTY: '', TEXT: 'two words\nand a line' }) });
      assert.deepEqual(output.split('\n').toSorted(), ['', 'A=one', 'EMPTY=', 'PWD=/tmp', 'TEXT=two words', 'and a line']);
    });

    it('tells the environment the addresses of the listeners', async () => {
      const { output } = await run(['/bin/sh', '-c', 'echo $API $AWS'], {
        environment: ({ runtimeApi, awsEndpoint }) => ({ API: runtimeApi, AWS: awsEndpoint }),
      });
      assert.match(output, /^127\.0\.0\.1:\d+ 127\.0\.0\.1:\d+\n$/);
    });

    it('merges standard output and error in the order of writing', async () => {
      const { output } = await run(['/bin/sh', '-c', 'for i in 1 2 3 4 5; do echo out$i; echo err$i >&2; done']);
      assert.equal(output, [1, 2, 3, 4, 5].map((i) => `out${i}\nerr${i}\n`).join(''));
    });

    it('gives a parked sandbox its code, memory and /tmp later, or cannot park', async () => {
      const parked = { parked: true, limits: { memoryMb: 128, cpus: 2, processes: 64, openFiles: 1024, scratchMb: 512 } };
      if (!driver.parks) {
        await assert.rejects(start(['/bin/true'], parked), /cannot be parked/);
        return;
      }
      for (const which of ['task', 'opt']) {
        await mkdir(`${directory}/late-${which}`, { recursive: true });
        await writeFile(`${directory}/late-${which}/file`, which);
      }
      // 150 MB do not fit the limit that it has before.
      const look = `const fs = require('node:fs'), fits = Buffer.alloc(150e6, 1).length; process.chdir('/var/task'); let refused;
        try { fs.writeFileSync('/opt/new', ''); } catch (error) { refused = error.code; }
        const { bavail, bsize } = fs.statfsSync('/tmp');
        console.log(fits, fs.readFileSync('file') + '', fs.readFileSync('/opt/file') + '', refused, Math.floor(bavail * bsize / 2 ** 20));`;
      const { sandbox, output, receive } = await bench.startScript(
        `channel.write('ready'); channel.once('data', () => { ${look} process.exit(); });`,
        parked,
      );
      await receive();
      sandbox.freeze();
      const mounts = ['task', 'opt'].map((which) => ({
        source: `${directory}/late-${which}`,
        target: which === 'opt' ? '/opt' : '/var/task',
      }));
      await sandbox.specialise({ mounts, memoryMb: 512, scratchMb: 600 });
      await assert.rejects(sandbox.specialise({ mounts, memoryMb: 512, scratchMb: 600 }), /is not parked/);
      sandbox.thaw();
      sandbox.channel.write('go');
      assert.deepEqual(await sandbox.exited, { code: 0, signal: undefined, outOfMemory: false }, output());
      assert.equal(output(), '150000000 task opt EROFS 600\n');
      await end(sandbox);
    });

    it('refuses to specialise what was not parked', async () => {
      const { sandbox } = await start(['/bin/sleep', '10']);
      await assert.rejects(sandbox.specialise({ mounts: [], memoryMb: 512, scratchMb: 512 }), /not parked/);
      await end(sandbox);
    });

    it('keeps the side output apart', async () => {
      const { sandbox, output } = await start(['/bin/sh', '-c', 'echo plain; echo side >&4; echo more'], { sideOutput: true });
      let side = '';
      sandbox.onSideOutput((chunk) => (side += chunk.toString()));
      await sandbox.exited;
      await end(sandbox);
      assert.deepEqual([output(), side], ['plain\nmore\n', 'side\n']);
    });

    it('has no descriptor beyond the channel without a side output', async () => {
      const { output } = await run(['/bin/sh', '-c', 'ls /proc/self/fd | sort -n | tr "\\n" " "']);
      assert.equal(output, '0 1 2 3 4 ');
    });

    it('connects to what listens inside, frozen or not', async () => {
      const listening = `const server = require('node:net').createServer((socket) => socket.end('hello'));
        server.listen(0, '127.0.0.1', () => channel.write(String(server.address().port)));`;
      const { sandbox, receive } = await bench.startScript(listening);
      const port = Number(await receive());
      sandbox.freeze();
      const socket = await sandbox.connect(port);
      sandbox.thaw();
      assert.equal(String((await once(socket, 'data'))[0]), 'hello');
      socket.destroy();
      await assert.rejects(sandbox.connect(1), /ECONNREFUSED/);
      await end(sandbox);
      await assert.rejects(sandbox.connect(port));
    });

    it('delivers output of any size before `exited` resolves', async () => {
      const { output } = await run(['/bin/sh', '-c', 'head -c 1000000 /dev/zero | tr "\\\\0" x']);
      assert.equal(output, 'x'.repeat(1_000_000));
    });

    it('drainOutput delivers all that was written before a message on the channel', async () => {
      const { sandbox, output, receive } = await bench.startScript(
        `channel.on('data', () => { require('node:fs').writeSync(1, 'y'.repeat(50000)); channel.write('written'); }); channel.write('ready');`,
      );
      await receive();
      sandbox.channel.write('go');
      assert.equal(await receive(), 'written');
      sandbox.drainOutput();
      assert.equal(output(), 'y'.repeat(50_000));
      await end(sandbox);
    });

    it('reads nothing from standard input, and leaves no descriptor open beside the channel', async () => {
      const { output } = await run(['/bin/sh', '-c', 'cat; exec ls /proc/self/fd']);
      // The last is of ls, which reads the directory.
      assert.deepEqual(output.trim().split('\n'), ['0', '1', '2', '3', '4']);
    });

    it('makes descriptor 3 a socket in both directions', async () => {
      const { sandbox, receive } = await bench.startScript(ECHO);
      assert.equal(await receive(), 'ready');
      sandbox.channel.write('there and back');
      assert.equal(await receive(), 'there and back');
      await end(sandbox);
    });

    it('serves both listeners to the process', async () => {
      const { sandbox, receive } = await bench.startScript(
        `const get = (url) => fetch(url).then((answer) => answer.text());
         Promise.all([get('http://' + process.env.API), get('http://' + process.env.AWS)]).then((texts) => channel.write(texts.join(' ')));`,
        { environment: ({ runtimeApi, awsEndpoint }) => ({ API: runtimeApi, AWS: awsEndpoint }) },
      );
      const servers = Object.entries(sandbox.listeners).map(([text, { fd }]) =>
        createServer((_, response) => response.end(text)).listen({ fd }),
      );
      assert.equal(await receive(), 'runtimeApi awsEndpoint');
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
      await sandbox.kill();
    });

    it('shows mounts at their targets, read-only', async () => {
      const source = `${directory}/task`;
      await mkdir(source);
      await writeFile(`${source}/hello.txt`, 'hello');
      const mounts = [{ source, target: '/var/task' }];
      assert.equal((await run(['/bin/cat', '/var/task/hello.txt'], { mounts, workingDirectory: '/var/task' })).output, 'hello');
      const { output } = await run(['/bin/sh', '-c', 'cat "$DIR/hello.txt"'], {
        mounts,
        environment: () => ({ PATH: '/bin', DIR: '/var/task' }),
      });
      assert.equal(output, 'hello');
    });

    it('refuses a specification that it cannot honour', async () => {
      await assert.rejects(start(['/bin/true'], { mounts: [{ source: `${directory}/nowhere`, target: '/var/task' }] }), { code: 'ENOENT' });
      await assert.rejects(start(['/bin/true'], { environment: () => ({ A: 'x\0--bind\0/\0/host' }) }), TypeError);
      await assert.rejects(start(['/bin/true'], { environment: () => ({ 'A=B': 'x' }) }), TypeError);
      await assert.rejects(start(['/bin/true'], { id: '../up' }), TypeError);
    });

    it('reports exit codes', async () => {
      assert.deepEqual((await run(['/bin/sh', '-c', 'exit 7'])).exit, { code: 7, signal: undefined, outOfMemory: false });
    });

    it('reports death by a signal', async () => {
      assert.deepEqual((await run(['/bin/sh', '-c', 'kill -SEGV $$'])).exit, { code: undefined, signal: 'SIGSEGV', outOfMemory: false });
    });

    it('freeze brings every process to a stop within moments, until thaw', async () => {
      const { sandbox, output, receive } = await bench.startScript(
        `require('node:child_process').spawn('sh', ['-c', 'while :; do echo c; sleep 0.001; done'], { stdio: ['ignore', 'inherit', 'inherit'] });
         setInterval(() => process.stdout.write('.'), 1); ${ECHO}`,
      );
      const witness = await bench.startScript(ECHO);
      await Promise.all([receive(), witness.receive()]);
      /** What the sandbox wrote while one that is not frozen answered a hundred times. */
      const writtenMeanwhile = async (): Promise<string> => {
        const earlier = output().length;
        for (let i = 0; i < 100; i += 1) {
          witness.sandbox.channel.write('ping');
          await witness.receive();
        }
        sandbox.drainOutput();
        return output().slice(earlier);
      };
      const until = async (seen: (written: string) => boolean): Promise<void> => {
        for (let i = 0; i < 200; i += 1) if (seen(await writtenMeanwhile())) return;
        assert.fail('it never came to that');
      };
      await until((written) => written.includes('.') && written.includes('c'));
      sandbox.freeze();
      sandbox.freeze();
      await until((written) => written === '');
      for (let i = 0; i < 5; i += 1) assert.equal(await writtenMeanwhile(), '');
      sandbox.channel.write('awake?');
      sandbox.thaw();
      assert.equal(await receive(), 'awake?');
      await until((written) => written.includes('.') && written.includes('c'));
      await Promise.all([end(sandbox), end(witness.sandbox)]);
    });

    it('reach gives a path to a directory, also to what appears in it later', async () => {
      const source = `${directory}/reached`;
      await mkdir(source);
      const path = await driver.reach(source);
      assert.equal(await driver.reach(source), path);
      await mkdir(`${source}/later`);
      await writeFile(`${source}/later/file`, 'came later');
      const mounts = [{ source: `${path}/later`, target: '/opt' }];
      const { output } = await run(['/bin/sh', '-c', 'cat "$DIR/file"'], {
        mounts,
        environment: () => ({ PATH: '/bin', DIR: '/opt' }),
      });
      assert.equal(output, 'came later');
      await assert.rejects(driver.reach(`${directory}/nowhere`), { code: 'ENOENT' });
    });

    it('kill ends a frozen sandbox with all its processes, as often as it is called', async () => {
      const { sandbox, receive } = await bench.startScript(
        `require('node:child_process').spawn('sleep', ['1000']); channel.write('ready');`,
      );
      await receive();
      sandbox.freeze();
      await Promise.all([sandbox.kill(), sandbox.kill()]);
      assert.equal((await sandbox.exited).signal, 'SIGKILL');
      await end(sandbox);
      // What is over takes no harm.
      sandbox.freeze();
      sandbox.thaw();
      sandbox.setCpu(1);
      sandbox.signal('SIGTERM');
      sandbox.drainOutput();
    });

    it('halt ends a sandbox, and its successor finds /tmp as it was and may write to it', async () => {
      // Where nothing is isolated /tmp is the host's.
      const file = `/tmp/hearth-contract-${process.pid}`;
      const first = await bench.startScript(
        `require('node:fs').writeFileSync('${file}', 'one\\n', { mode: 0o600 });
         require('node:child_process').spawn('sleep', ['1000']); channel.write('ready');`,
      );
      await first.receive();
      first.sandbox.freeze();
      await Promise.all([first.sandbox.halt(), first.sandbox.halt()]);
      assert.equal((await first.sandbox.exited).signal, 'SIGKILL');
      const { output, exit } = await run(['/bin/sh', '-c', `echo two >> ${file} && cat ${file} && rm ${file}`], {
        successorOf: first.sandbox.id,
      });
      assert.deepEqual([output, exit.code], ['one\ntwo\n', 0]);
      // Its successor had all that there was to release.
      await end(first.sandbox);
    });

    it('kill right after create leaves nothing', async () => {
      const { sandbox } = await start(['/bin/sleep', '1000']);
      await end(sandbox);
      assert.equal((await sandbox.exited).signal, 'SIGKILL');
    });

    it('signal reaches the main process only', async () => {
      const { sandbox, output, receive } = await bench.startScript(
        `const child = require('node:child_process').spawn('sh', ['-c', 'trap "echo child >&2" TERM; echo up; read x; exit 5'], { stdio: ['pipe', 'pipe', 'inherit'] });
         child.stdout.once('data', () => channel.write('ready'));
         process.on('SIGTERM', () => { console.log('main'); child.stdin.end('x\\n'); });
         child.on('exit', (code) => process.exit(code));`,
      );
      await receive();
      sandbox.signal('SIGTERM');
      assert.deepEqual(await sandbox.exited, { code: 5, signal: undefined, outOfMemory: false });
      assert.equal(output(), 'main\n');
      await end(sandbox);
    });

    it('usage shows the highest memory, after the end too', async () => {
      const { sandbox, receive } = await bench.startScript(`Buffer.alloc(80 << 20, 1); channel.write('ready');`);
      await receive();
      const { peakMemoryBytes } = sandbox.usage();
      assert.ok(peakMemoryBytes > 80 << 20, String(peakMemoryBytes));
      await end(sandbox);
      assert.ok(sandbox.usage().peakMemoryBytes >= peakMemoryBytes);
    });

    it('close kills what still runs', async () => {
      const other = await contract.open();
      const sandbox = await other.create({
        id: 'left-over',
        mounts: [],
        command: ['/bin/sleep', '1000'],
        workingDirectory: '/',
        environment: () => ({}),
        limits: { memoryMb: 128, cpus: 1, processes: 16, openFiles: 64, scratchMb: 512 },
        network: 'none',
      });
      closeListeners(sandbox);
      await other.close();
      assert.equal((await sandbox.exited).signal, 'SIGKILL');
    });

    contract.more?.(bench);
  });
}

/** Ends a sandbox whose listeners nobody serves. */
export async function end(sandbox: Sandbox): Promise<void> {
  closeListeners(sandbox);
  await sandbox.kill();
}

const closed = new WeakSet<Sandbox>();

/** Once only: the number may be another file's by then. */
function closeListeners(sandbox: Sandbox): void {
  if (closed.has(sandbox)) return;
  closed.add(sandbox);
  for (const { fd } of Object.values(sandbox.listeners)) closeSync(fd);
}
