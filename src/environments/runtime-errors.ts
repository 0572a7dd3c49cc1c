import type { SandboxExit } from '#sandboxes/sandbox.ts';
import type { ExtensionFailure } from './extensions/extension-set.ts';
import type { RuntimeErrorReport } from './runtime-api/runtime-link.ts';

/** Errors that the platform finds, not the function. Texts as recorded (test_lambda: TestLambdaErrors) and in the emulator. */

/** Unverified: no record shows what AWS calls an out-of-memory kill (docs/deviations.md). */
export const OUT_OF_MEMORY = 'Runtime.OutOfMemory';

/** Every other end of a runtime process, a SIGKILL for another reason too. */
export const EXIT_ERROR = 'Runtime.ExitError';

export function exitErrorType({ outOfMemory }: SandboxExit): string {
  return outOfMemory ? OUT_OF_MEMORY : EXIT_ERROR;
}

export function timedOut(requestId: string, timeoutSeconds: number): RuntimeErrorReport {
  return report('Sandbox.Timedout', `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`);
}

export function exited(requestId: string, exit: SandboxExit): RuntimeErrorReport {
  const reason = exit.outOfMemory ? 'Runtime exited with error: signal: killed' : exitReason(exit);
  return report(exitErrorType(exit), `RequestId: ${requestId} Error: ${reason}`);
}

export function extensionFailed(requestId: string, { errorType, reason }: ExtensionFailure): RuntimeErrorReport {
  return report(errorType, `RequestId: ${requestId} Error: ${reason}`);
}

/** There is no `bootstrap` that could be run; `reason` says why. */
export function invalidEntrypoint(requestId: string, reason: string): RuntimeErrorReport {
  return report('Runtime.InvalidEntrypoint', `RequestId: ${requestId} Error: ${reason}`);
}

export function responseTooLarge(maxBytes: number): RuntimeErrorReport {
  return report('Function.ResponseSizeTooLarge', `Response payload size exceeded maximum allowed payload size (${maxBytes} bytes).`);
}

/** A streamed response whose connection broke before its end. */
export function truncatedResponse(): RuntimeErrorReport {
  return report('Runtime.TruncatedResponse', 'The response of the runtime ended before it was complete.');
}

/** The platform's own words for how a runtime process ended: `exit status 1`, `signal: killed`. */
export function exitReason(exit: SandboxExit): string {
  if (exit.signal !== undefined) return `Runtime exited with error: ${signalText(exit.signal)}`;
  if (exit.code === 0 || exit.code === undefined) return 'Runtime exited without providing a reason';
  return `Runtime exited with error: exit status ${exit.code}`;
}

/** `signal: killed` */
export function signalText(signal: string): string {
  return `signal: ${SIGNAL_TEXT[signal] ?? signal}`;
}

/** Go's names of signals, which the service prints. */
const SIGNAL_TEXT: Readonly<Record<string, string>> = {
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGHUP: 'hangup',
  SIGILL: 'illegal instruction',
  SIGINT: 'interrupt',
  SIGKILL: 'killed',
  SIGPIPE: 'broken pipe',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
  SIGTRAP: 'trace/breakpoint trap',
};

function report(errorType: string, errorMessage: string): RuntimeErrorReport {
  return { type: errorType, body: Buffer.from(JSON.stringify({ errorType, errorMessage })) };
}
