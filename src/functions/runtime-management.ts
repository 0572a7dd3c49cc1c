/**
 * When a version gets another runtime version: `Auto`, with the function's updates, or only the one that is named. Kept in the function's
 * record, by `$LATEST` or version number; Auto where nothing is. Here a runtime changes with the host, never under a running daemon.
 */
export type RuntimeManagement =
  | { readonly updateOn: 'Auto' | 'FunctionUpdate' }
  | { readonly updateOn: 'Manual'; readonly runtimeVersionArn: string };

export const AUTOMATIC: RuntimeManagement = { updateOn: 'Auto' };
