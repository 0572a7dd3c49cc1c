/**
 * The floor under every warm figure: node:http in front of one bare framed-socket runtime per client, nothing checked, nothing logged.
 * No platform on Node can be faster than this.
 *
 *     node floor-server.ts <port> <runtimes> node|python <path of the interpreter>
 */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';

const [port, runtimes, family, interpreter] = process.argv.slice(2);
const program = new URL(family === 'python' ? './floor-runtime.py' : './floor-runtime.mjs', import.meta.url).pathname;

type Reply = (body: Buffer) => void;
const idle: Duplex[] = [];
const waiting: { readonly event: Buffer; readonly reply: Reply }[] = [];

/** Frames are `u32 LE length | body`; an empty one says that the runtime is ready. */
function send(socket: Duplex, body: Buffer): void {
  const frame = Buffer.allocUnsafe(4 + body.length);
  frame.writeUInt32LE(body.length, 0);
  body.copy(frame, 4);
  socket.write(frame);
}

const replyOf = new Map<Duplex, Reply>();

function submit(event: Buffer, reply: Reply): void {
  const socket = idle.pop();
  if (socket === undefined) {
    waiting.push({ event, reply });
    return;
  }
  replyOf.set(socket, reply);
  send(socket, event);
}

let ready = 0;
for (let index = 0; index < Number(runtimes); index++) {
  const child = spawn(interpreter ?? process.execPath, [program], { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
  const socket = child.stdio[3] as Duplex;
  let buffer: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk]);
    while (buffer.length >= 4 && buffer.length >= 4 + buffer.readUInt32LE(0)) {
      const length = buffer.readUInt32LE(0);
      const body = buffer.subarray(4, 4 + length);
      buffer = buffer.subarray(4 + length);
      const reply = replyOf.get(socket);
      replyOf.delete(socket);
      const next = waiting.shift();
      if (next === undefined) {
        idle.push(socket);
      } else {
        replyOf.set(socket, next.reply);
        send(socket, next.event);
      }
      if (reply !== undefined) reply(body);
      else if (++ready === Number(runtimes)) console.log('ready');
    }
  });
}

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () =>
    submit(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks), (body) => {
      response.writeHead(200, {
        'Content-Type': 'application/json',
        'Content-Length': body.length,
        'X-Amz-Executed-Version': '$LATEST',
        'x-amzn-RequestId': '8476a536-e9f4-11e8-9739-2dfe598c3fcd',
      });
      response.end(body);
    }),
  );
}).listen(Number(port), '127.0.0.1');
