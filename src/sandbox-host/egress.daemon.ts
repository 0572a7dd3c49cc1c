import { systemClock } from '#base/clock.ts';
import { silentLogger } from '#base/logger.ts';
import { chooseDriver } from '#sandboxes/choose-driver.ts';
import { end } from '#sandboxes/sandbox-contract.ts';

// A daemon for egress.test.ts, which starts it in the network of a host of the test's own. For each line of standard input, JSON with
// a profile and addresses, it answers a line: what a sandbox got when it connected to them.
const [, , runDirectory = '', dataDirectory = '', runId = ''] = process.argv;
const network = runId.startsWith('auto') ? 'auto' : runId.startsWith('lan') ? 'lan' : 'internet';
const host = { runDirectory, dataDirectory, runId, network, places: [process.execPath] } as const;
const driver = await chooseDriver({ driver: 'bubblewrap', host, clock: systemClock, logger: silentLogger });
const node = await driver.expose(process.execPath);

process.stdout.write(`${driver.description}\n`);

const CONNECT = `
  const net = require('node:net');
  const tries = JSON.parse(process.env.ADDRESSES).map((address) => new Promise((resolve) => {
    const [host, port] = address.split(':');
    const socket = net.connect(Number(port), host);
    const give = (text) => { socket.destroy(); resolve([address, text]); };
    socket.setTimeout(500, () => give('nothing'));
    socket.on('error', (error) => give(error.code)).on('data', (data) => give(String(data)));
  }));
  Promise.all(tries).then((results) => console.log(JSON.stringify(Object.fromEntries(results))));`;

/** Holds as many connections at once as it gets. */
const HOLD = `
  const net = require('node:net');
  const [host, port] = JSON.parse(process.env.ADDRESSES)[0].split(':');
  const hold = () => new Promise((resolve) => {
    const socket = net.connect({ host, port: Number(port), allowHalfOpen: true });
    socket.setTimeout(2000, () => resolve(0));
    socket.on('error', () => resolve(0)).on('data', () => resolve(1));
  });
  Promise.all(Array.from({ length: Number(process.env.HOLD) }, hold)).then((held) => {
    console.log(held.reduce((sum, one) => sum + one, 0));
    process.exit();
  });`;

interface Question {
  readonly profile: 'none' | 'internet';
  readonly addresses: readonly string[];
  /** Keeps the sandbox, which serves on port 8080 and says its address instead. */
  readonly stay?: boolean;
  /** Tries to have that many connections to the first address at once, and says how many it got. */
  readonly hold?: number;
}

let made = 0;
process.stdin.setEncoding('utf8');
let rest = '';
for await (const chunk of process.stdin as AsyncIterable<string>) {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) process.stdout.write(await answer(JSON.parse(line) as Question));
}
await driver.close();

async function answer({ profile, addresses, stay = false, hold = 0 }: Question): Promise<string> {
  made += 1;
  const serve = `require('node:net').createServer((socket) => socket.end('neighbour')).listen(8080, '0.0.0.0', () => console.log(JSON.stringify(require('node:os').networkInterfaces().eth0[0].address)));`;
  const sandbox = await driver.create({
    id: `egress-${made}`,
    mounts: [{ source: node, target: '/var/lang/node' }],
    command: ['/var/lang/node', '-e', stay ? serve : hold > 0 ? HOLD : CONNECT],
    workingDirectory: '/tmp',
    environment: () => ({ ADDRESSES: JSON.stringify(addresses), HOLD: String(hold) }),
    limits: { memoryMb: 512, cpus: 2, processes: 64, openFiles: 4096, scratchMb: 512 },
    network: profile,
  });
  let output = '';
  const said = new Promise<void>((resolve) => {
    sandbox.onOutput((chunk) => {
      output += chunk.toString();
      if (output.endsWith('\n')) resolve();
    });
  });
  await (stay ? said : sandbox.exited);
  if (!stay) await end(sandbox);
  return `${output.trim()}\n`;
}
