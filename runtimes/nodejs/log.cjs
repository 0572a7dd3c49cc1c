'use strict';

// The console of functions, as AWS writes it: `time\trequestId\tLEVEL\tmessage` or one JSON object per line. Written to standard
// output directly, since `process.stdout` costs its construction and is not what AWS's clients go through either.

const fs = require('node:fs');

const LEVELS = { TRACE: 1, DEBUG: 2, INFO: 3, WARN: 4, ERROR: 5, FATAL: 6 };
const REQUEST_ID = Symbol.for('aws.lambda.runtime.requestId');
const TENANT_ID = Symbol.for('aws.lambda.runtime.tenantId');
let sleeper;

let json = false;
let requestId;
let tenantId;
let promiseGeneration = false;
let write = writeLine;
let format;

/** Sets what each line says of the running invocation. */
function setInvocation(meta) {
  requestId = meta.requestId;
  tenantId = meta.tenantId;
  // Libraries of the callback generation read these.
  globalThis[REQUEST_ID] = requestId;
  globalThis[TENANT_ID] = tenantId;
}

function patchConsole({ promises }) {
  json = process.env.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === 'JSON';
  const minimum = LEVELS[process.env.AWS_LAMBDA_LOG_LEVEL?.toUpperCase()] ?? LEVELS.TRACE;
  promiseGeneration = promises;
  if (promises) requestId = '-';
  const telemetryFd = process.env._LAMBDA_TELEMETRY_LOG_FD;
  delete process.env._LAMBDA_TELEMETRY_LOG_FD;
  if (/^\d+$/.test(telemetryFd ?? '')) write = telemetryWriter(Number(telemetryFd));
  const at = (level) => (LEVELS[level] < minimum ? () => {} : (message, ...parameters) => print(level, message, parameters));
  console.trace = at('TRACE');
  console.debug = at('DEBUG');
  console.info = at('INFO');
  console.log = console.info;
  console.warn = at('WARN');
  console.error = at('ERROR');
  console.fatal = at('FATAL');
}

/** Logs an error that ends an invocation or the runtime: `Invoke Error \t{…}`. */
function logError(title, error) {
  const known = error instanceof Error ? error : new Error(error === undefined && !promiseGeneration ? '' : String(error));
  if (json) console.error(known);
  else console.error(title, `\t${errorText(known)}`);
}

function print(level, message, parameters) {
  const now = new Date();
  if (json) write(level, now, jsonText(level, now, message, parameters));
  else write(level, now, `${now.toISOString()}\t${requestId}\t${level}\t${formatted(message, parameters)}`);
}

function formatted(message, parameters) {
  if (parameters.length === 0 && typeof message === 'string') return message;
  format ??= require('node:util').format;
  return format(message, ...parameters);
}

function jsonText(level, now, message, parameters) {
  const record = { timestamp: now.toISOString(), level, requestId };
  if (tenantId) record.tenantId = tenantId;
  if (parameters.length === 0) {
    record.message = message;
    try {
      return JSON.stringify(record, errorsAsObjects);
    } catch {
      format ??= require('node:util').format;
      record.message = format(message);
      return JSON.stringify(record);
    }
  }
  record.message = formatted(message, parameters);
  const error = parameters.find((parameter) => parameter instanceof Error);
  if (error !== undefined) {
    record.errorType = error.constructor?.name ?? 'UnknownError';
    record.errorMessage = error.message;
    record.stackTrace = typeof error.stack === 'string' ? error.stack.split('\n') : [];
  }
  return JSON.stringify(record);
}

function errorsAsObjects(_key, value) {
  if (!(value instanceof Error)) return value;
  const stackTrace = typeof value.stack === 'string' ? value.stack.split('\n') : value.stack;
  return { errorType: value.constructor?.name ?? 'UnknownError', errorMessage: value.message, stackTrace, ...value };
}

function errorText(error) {
  try {
    return JSON.stringify(error, (_key, value) => {
      if (!(value instanceof Error)) return value;
      const shown = { errorType: value.name, errorMessage: value.message, code: value.code, ...value };
      if (typeof value.stack === 'string') shown.stack = value.stack.split('\n');
      return shown;
    });
  } catch {
    return JSON.stringify(require('./errors.cjs').errorReport(error));
  }
}

/** A line is a log event, so a message keeps its own newlines as carriage returns. */
function writeLine(_level, _now, text) {
  writeAll(1, Buffer.from(`${text.replaceAll('\n', '\r')}\n`));
}

/**
 * Frames of AWS's telemetry descriptor: u32 type and level, u32 length, u64 microseconds, all big endian, then the text. One frame
 * is one log event and keeps its newlines.
 */
function telemetryWriter(fd) {
  return (level, now, text) => {
    const body = Buffer.from(json ? text : `${text}\n`);
    const frame = Buffer.alloc(16 + body.length);
    frame.writeUInt32BE(((json ? 0xa55a0002 : 0xa55a0003) | (LEVELS[level] * 4)) >>> 0, 0);
    frame.writeUInt32BE(body.length, 4);
    frame.writeBigUInt64BE(BigInt(now.getTime()) * 1000n, 8);
    body.copy(frame, 16);
    writeAll(fd, frame);
  };
}

/** Writes all bytes before it returns, also to a pipe that is non-blocking because the function touched `process.stdout`. */
function writeAll(fd, bytes, from = 0, to = bytes.length) {
  let offset = from;
  while (offset < to) {
    try {
      offset += fs.writeSync(fd, bytes, offset, to - offset);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      sleeper ??= new Int32Array(new SharedArrayBuffer(4));
      Atomics.wait(sleeper, 0, 0, 1);
    }
  }
}

module.exports = { patchConsole, setInvocation, logError, writeAll };
