/** What an extension can be told of. */
export type ExtensionEvent = 'INVOKE' | 'SHUTDOWN';

/** As `platform.extension` and the EXTENSION line show it. */
export type ExtensionState = 'Started' | 'Registered' | 'Ready' | 'Running' | 'InitError' | 'ExitError' | 'LaunchError' | 'Exited';

/** The record of `platform.extension`. */
export interface ExtensionRecord {
  readonly name: string;
  readonly state: ExtensionState;
  readonly events: readonly ExtensionEvent[];
  readonly errorType?: string;
}
