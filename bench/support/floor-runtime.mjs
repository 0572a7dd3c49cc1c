// The least a runtime can be: a frame in, JSON parsed, the handler's answer as JSON, a frame out.
import { Socket } from 'node:net';

const socket = new Socket({ fd: 3 });
const handler = async (event) => event;
let buffer = Buffer.alloc(0);

function send(body) {
  const frame = Buffer.allocUnsafe(4 + body.length);
  frame.writeUInt32LE(body.length, 0);
  body.copy(frame, 4);
  socket.write(frame);
}

async function answer(event) {
  send(Buffer.from(JSON.stringify(await handler(event))));
}

socket.on('data', (chunk) => {
  buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk]);
  if (buffer.length < 4 || buffer.length < 4 + buffer.readUInt32LE(0)) return;
  const event = JSON.parse(buffer.toString('utf8', 4));
  buffer = Buffer.alloc(0);
  void answer(event);
});
socket.on('close', () => process.exit(0));
send(Buffer.alloc(0));
