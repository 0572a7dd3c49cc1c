import type { RuntimeErrorReport } from './runtime-api/runtime-link.ts';
import type { InitFailure } from './runtime-contract.ts';
import { exited, exitErrorType, extensionFailed, invalidEntrypoint, timedOut } from './runtime-errors.ts';

/** What the caller is told of an init phase that failed within an invocation. */
export function initError(failure: InitFailure, requestId: string, timeoutSeconds: number): RuntimeErrorReport {
  switch (failure.status) {
    case 'error':
      return failure.error;
    case 'timeout':
      return timedOut(requestId, timeoutSeconds);
    case 'exit':
      return exited(requestId, failure.exit);
    case 'extension':
      return extensionFailed(requestId, failure.failure);
    case 'no-entrypoint':
      return invalidEntrypoint(requestId, failure.reason);
  }
}

/** What the report calls the error; a timeout has no type. */
export function initErrorType(failure: InitFailure): string | undefined {
  switch (failure.status) {
    case 'error':
      return failure.error.type;
    case 'timeout':
      return undefined;
    case 'exit':
      return exitErrorType(failure.exit);
    case 'extension':
      return failure.failure.errorType;
    case 'no-entrypoint':
      return 'Runtime.InvalidEntrypoint';
  }
}
