'use strict';

// Speaks frames to the daemon over one descriptor; the format is described in src/environments/runtime-api/frames.ts.
//
// The socket is read by the event loop, as AWS's client waits in a thread of its own: timers of the function go on while it waits.
// It holds the loop open only then, so that an empty loop during an invocation means that the function has nothing left to do.

const fs = require('node:fs');
const { Socket } = require('node:net');
const { errorReport } = require('./errors.cjs');
const { writeAll } = require('./log.cjs');

const SPECIALISE = 10;
const INVOKE = 1;
const READY = 2;
const RESPONSE_READY = 4;
const ERROR = 5;
const INIT_ERROR = 6;
const STREAM_BEGIN = 7;
const STREAM_CHUNK = 8;
const STREAM_END = 9;
const HEADER_BYTES = 9;

/** Most that a response may have: 6 MiB and the slack that AWS grants. The daemon refuses more. */
const MAX_RESPONSE_BYTES = 6 * 1024 * 1024 + 100;
/** Error reports are cut off at the daemon beyond this. */
const MAX_ERROR_BYTES = 1024 * 1024;
const BUFFER_BYTES = 64 * 1024;
/** The most that fits the buffer; the daemon takes a little more. */
const MAX_CHUNK_BYTES = BUFFER_BYTES - HEADER_BYTES;

function open(fd) {
  const input = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  const output = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  let listener;
  let attempt = 0;
  /** A frame that did not arrive in one piece. */
  let partial;
  let partialLength = 0;
  let pending;
  /** The response that is being streamed. */
  let streaming;
  /** Whether chunks of the running invocation's response may have gone out, and whether it broke off. */
  let begun = false;
  let torn = false;

  const socket = new Socket({ fd, readable: true, writable: true, onread: { buffer: input, callback: onRead } });
  // The daemon is gone: nobody will ever ask anything again.
  socket.on('end', () => process.exit(0));
  socket.on('error', () => process.exit(0));
  socket.unref();

  function onRead(count) {
    if (partial === undefined && count >= HEADER_BYTES && count === HEADER_BYTES + input.readUInt32LE(0)) {
      onFrame(input, count);
      return true;
    }
    let offset = 0;
    while (offset < count) offset += collect(offset, count);
    return true;
  }

  /** Takes bytes of the input into the partial frame and hands that on when it is whole. Returns how many it took. */
  function collect(offset, end) {
    if (partial === undefined) {
      partial = Buffer.allocUnsafe(HEADER_BYTES);
      partialLength = 0;
    }
    const taken = Math.min(end - offset, partial.length - partialLength);
    input.copy(partial, partialLength, offset, offset + taken);
    partialLength += taken;
    if (partialLength < partial.length) return taken;
    const length = HEADER_BYTES + partial.readUInt32LE(0);
    if (partial.length < length) {
      const whole = Buffer.allocUnsafe(length);
      partial.copy(whole);
      partial = whole;
    } else {
      const frame = partial;
      partial = undefined;
      onFrame(frame, length);
    }
    return taken;
  }

  function onFrame(frame, length) {
    if (frame[4] !== INVOKE) return;
    attempt = frame.readUInt32LE(5);
    begun = false;
    torn = false;
    const eventStart = HEADER_BYTES + 2 + frame.readUInt16LE(HEADER_BYTES);
    const meta = JSON.parse(frame.utf8Slice(HEADER_BYTES + 2, eventStart));
    socket.unref();
    listener(meta, frame.utf8Slice(eventStart, length));
  }

  /** Asks for the next event with the same write that answers this one, after one turn of the event loop as AWS's client does. */
  function sendLater(frame) {
    pending = frame;
    setImmediate(flush);
  }

  function flush() {
    const frame = pending;
    pending = undefined;
    socket.ref();
    send(frame, undefined);
  }

  /** Whether all was taken at once; if not, `done` is called later. */
  function send(frame, done) {
    // Straight to the descriptor is several times cheaper than through the stream; what the kernel did not take goes that way.
    let written = 0;
    if (socket.writableLength === 0) {
      try {
        written = fs.writeSync(fd, frame, 0, frame.length);
      } catch (error) {
        if (error.code !== 'EAGAIN') throw error;
      }
    }
    if (written === frame.length) return true;
    socket.write(Buffer.from(frame.subarray(written)), done);
    return false;
  }

  function sendChunks(bytes, from, done) {
    for (let offset = from; offset < bytes.length;) {
      const end = Math.min(offset + MAX_CHUNK_BYTES, bytes.length);
      const taken = send(frameOf(STREAM_CHUNK, bytes.subarray(offset, end)), () => sendChunks(bytes, end, done));
      if (!taken) return;
      offset = end;
    }
    done();
  }

  /**
   * One response in chunks. An open one holds the loop open, as AWS's client holds a connection: a handler that forgets to end it runs
   * into its timeout.
   */
  function openResponse() {
    const response = {
      begin(contentType) {
        begun = true;
        send(frameOf(STREAM_BEGIN, contentType));
      },
      write(bytes, done) {
        if (streaming === response) sendChunks(bytes, 0, done);
        else done();
      },
      end: (done) => close(frameOf(STREAM_END, ''), done),
      fail: (error, done) => close(errorFrame(STREAM_END, errorReport(error)), done),
      abort() {
        torn = true;
        streaming = undefined;
        socket.unref();
      },
    };
    const close = (frame, done) => {
      streaming = undefined;
      socket.unref();
      if (send(frame, done)) done();
    };
    streaming = response;
    socket.ref();
    return response;
  }

  function next() {
    if (!torn) {
      sendLater(frameOf(READY, ''));
      return;
    }
    const end = Buffer.concat([errorFrame(STREAM_END, TRUNCATED), frameOf(READY, '')]);
    sendLater(begun ? end : Buffer.concat([frameOf(STREAM_BEGIN, ''), end]));
  }

  function frameOf(type, body) {
    let length;
    let frame;
    // Three bytes are the most that a UTF-16 unit becomes in UTF-8.
    if (typeof body === 'string' && body.length * 3 <= BUFFER_BYTES - HEADER_BYTES) {
      length = output.utf8Write(body, HEADER_BYTES);
      frame = output.subarray(0, HEADER_BYTES + length);
    } else {
      const bytes = typeof body === 'string' ? Buffer.from(body) : body;
      length = bytes.length;
      frame = Buffer.allocUnsafe(HEADER_BYTES + length);
      bytes.copy(frame, HEADER_BYTES);
    }
    frame.writeUInt32LE(length, 0);
    frame[4] = type;
    frame.writeUInt32LE(attempt, 5);
    return frame;
  }

  function errorFrame(type, report) {
    const errorType = Buffer.from(String(report.errorType).slice(0, 256));
    const body = Buffer.from(JSON.stringify(report)).subarray(0, MAX_ERROR_BYTES);
    const payload = Buffer.allocUnsafe(2 + errorType.length + body.length);
    payload.writeUInt16LE(errorType.length, 0);
    errorType.copy(payload, 2);
    body.copy(payload, 2 + errorType.length);
    return frameOf(type, payload);
  }

  function readyAfter(report) {
    sendLater(Buffer.concat([errorFrame(ERROR, report), frameOf(READY, '')]));
  }

  return {
    start(onInvoke) {
      listener = onInvoke;
      sendLater(frameOf(READY, ''));
    },
    respond(body) {
      const frame = frameOf(RESPONSE_READY, body);
      if (frame.length - HEADER_BYTES > MAX_RESPONSE_BYTES) readyAfter(tooLarge());
      else sendLater(frame);
    },
    fail(error) {
      readyAfter(errorReport(error));
    },
    openResponse,
    next,
    failLast(error, done) {
      // A response that has begun cannot become an error report any more: the exit tells.
      if (!begun) writeAll(fd, errorFrame(ERROR, errorReport(error)));
      done();
    },
    failInit(error, done) {
      writeAll(fd, errorFrame(INIT_ERROR, errorReport(error)));
      done();
    },
  };
}

/**
 * For a runtime that was started before it was known for which function: waits, and takes that function's environment for its own.
 * Blocks, so that nothing has happened on the event loop that does not happen in one started for its function.
 */
function waitForRole(fd) {
  const ready = Buffer.alloc(HEADER_BYTES);
  ready[4] = READY;
  writeAll(fd, ready);
  const header = readExactly(fd, HEADER_BYTES);
  const environment = JSON.parse(readExactly(fd, header.readUInt32LE(0)).toString());
  if (header[4] !== SPECIALISE) process.exit(1);
  const { env } = process;
  // All anew, so that they are in the daemon's order.
  for (const name of Object.keys(env)) delete env[name];
  for (const name of Object.keys(environment)) env[name] = environment[name];
  // The code has appeared over the folder that this process stands in.
  process.chdir(env.PWD);
}

function readExactly(fd, length) {
  const bytes = Buffer.allocUnsafe(length);
  for (let offset = 0; offset < length;) {
    const count = fs.readSync(fd, bytes, offset, length - offset);
    if (count === 0) process.exit(0);
    offset += count;
  }
  return bytes;
}

/** What the daemon makes of a chunked body over HTTP that breaks off, when the process lives on. */
const TRUNCATED = {
  errorType: 'Runtime.TruncatedResponse',
  errorMessage: 'The response of the runtime ended before it was complete.',
};

function tooLarge() {
  return {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
  };
}

module.exports = { open, waitForRole };
