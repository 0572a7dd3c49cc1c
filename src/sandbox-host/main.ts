import { Socket } from 'node:net';
import { systemClock } from '#base/clock.ts';
import { systemIds } from '#base/ids.ts';
import { encodeHostFrame, FRAMES_FD, HostFrames, MESSAGES_FD } from '#sandboxes/host-protocol.ts';
import type { HostReply } from '#sandboxes/host-protocol.ts';
import { closeInheritedOnExec } from '#sandboxes/libc.ts';
import { HostServer } from './server.ts';

// The sandbox host: started by the daemon, it lives exactly as long, and ends by itself when that goes, having taken everything back.

// A sandbox must not hold a file or pipe of whoever started the daemon.
closeInheritedOnExec();
// Those of a terminal reach the whole group, but it is the daemon that ends us: it may still wait for answers of functions.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

const frames = new Socket({ fd: FRAMES_FD, readable: true, writable: true });
const reply = (message: HostReply): void => {
  if (frames.writable) frames.write(encodeHostFrame(message));
  else if (message.type === 'log' && message.level === 'error') process.stderr.write(`${JSON.stringify(message)}\n`);
};
const server = new HostServer({ clock: systemClock, ids: systemIds, reply, messagesFd: MESSAGES_FD });
const reader = new HostFrames();

let status = 0;
let ending: Promise<void> | undefined;
const end = (): void => {
  ending ??= server.close().then(
    () => process.exit(status),
    (error: unknown) => {
      process.stderr.write(`hearth: ${String(error)}\n`);
      process.exit(1);
    },
  );
};
frames.on('data', (chunk: Buffer) => {
  try {
    for (const frame of reader.read(chunk)) server.handle(frame);
  } catch (error) {
    // A daemon that asks for what no daemon of ours asks for is not to be served any more.
    process.stderr.write(`hearth: the sandbox host ends: ${String(error)}\n`);
    status = 1;
    frames.destroy();
  }
});
frames.on('error', () => {});
frames.on('close', end);
frames.on('end', end);
