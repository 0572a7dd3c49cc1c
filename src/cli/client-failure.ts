/** One line for whoever typed the command: nobody listens, the service's own error, or what else went wrong. */
export function explainClientFailure(error: unknown, endpoint: string): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'ECONNREFUSED') {
    return `nothing listens at ${endpoint}: start the daemon with 'hearth start', or set AWS_ENDPOINT_URL`;
  }
  return '$fault' in error ? `${error.name}: ${error.message}` : error.message;
}
