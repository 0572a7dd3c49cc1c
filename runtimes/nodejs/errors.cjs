'use strict';

/**
 * An error that the runtime finds itself, such as `Runtime.HandlerNotFound`. Its name reads as AWS's clients write it, which the log
 * and the stack show: the callback generation has it on the prototype, the promise generation as a property set after the fact.
 */
function runtimeError(kind, message, { promises }) {
  const error = new Error(message);
  const name = `Runtime.${kind}`;
  if (promises) {
    error.name = name;
  } else {
    Object.defineProperty(error, 'name', { value: name, enumerable: false });
    error.stack = error.stack.replace(/^Error/, name);
  }
  return error;
}

/** The error as the caller of the function gets it. */
function errorReport(error) {
  try {
    if (error instanceof Error || looksLikeError(error)) {
      return { errorType: escape(error.name), errorMessage: escape(error.message), trace: (escape(error.stack) ?? '').split('\n') };
    }
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  } catch {
    return {
      errorType: 'handled',
      errorMessage:
        'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack',
      trace: [],
    };
  }
}

/** Errors of another realm, such as a `vm` context, are no instances of ours. */
function looksLikeError(value) {
  return (
    typeof value?.name === 'string' &&
    typeof value.message === 'string' &&
    typeof value.stack === 'string' &&
    value.name !== '' &&
    value.message !== '' &&
    value.stack !== ''
  );
}

/** DEL is not allowed in an HTTP header, where AWS's clients put these texts. */
function escape(text) {
  return text?.replaceAll('\x7F', '%7F');
}

/** The error as X-Ray wants it. */
function xrayCause(error) {
  try {
    const stack = typeof error?.stack === 'string' ? escape(error.stack).split('\n').slice(1).map(xrayFrame) : [];
    const exception = { type: escape(error?.name), message: escape(error?.message), stack };
    return JSON.stringify({
      working_directory: process.cwd(),
      exceptions: [exception],
      paths: [...new Set(stack.map((frame) => frame.path))],
    });
  } catch {
    return '';
  }
}

function xrayFrame(line) {
  const text = line
    .trim()
    .replace(/[()]/g, '')
    .replace(/^\S*\s/, '');
  const space = text.lastIndexOf(' ');
  const [path, lineNumber] = text.slice(space + 1).split(':');
  return { path, line: Number.parseInt(lineNumber, 10), label: space > 0 ? text.slice(0, space) : 'anonymous' };
}

/** The text of a JSON response. @throws what AWS's client of this generation throws for a value that has none */
function responseText(result, { promises }) {
  let text;
  try {
    text = JSON.stringify(result === undefined ? null : result);
  } catch {
    if (promises) throw runtimeError('JSONStringifyError', 'Unable to stringify response body', { promises });
    throw new Error('Unable to stringify response body');
  }
  // A function or a symbol has no JSON; AWS's native client then refuses its argument in these words.
  if (text === undefined) throw new TypeError('Wrong arguments');
  return text;
}

module.exports = { runtimeError, errorReport, xrayCause, responseText };
