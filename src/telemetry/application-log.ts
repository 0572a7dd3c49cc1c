/** What `ApplicationLogLevel` may be, in rising order. */
const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
export type ApplicationLogLevel = (typeof LEVELS)[number];

/** RFC 3339. */
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;

/**
 * Log lines in JSON format for runtimes that do not write them themselves. An object with a level below the minimum is dropped; what
 * lacks a level counts as INFO, what lacks a timestamp gets one, and a line that is no object becomes the message of one. Source:
 * "Configuring advanced logging controls for Lambda functions".
 */
export function applicationLogFilter(options: {
  readonly minimum: ApplicationLogLevel;
  readonly wallMs: () => number;
  readonly requestId: () => string | undefined;
}): (line: string) => string | undefined {
  const minimum = LEVELS.indexOf(options.minimum);
  const passes = (level: ApplicationLogLevel): boolean => LEVELS.indexOf(level) >= minimum;
  return (line) => {
    const members = objectIn(line);
    const level = levelOf(members?.['level']);
    if (!passes(level ?? 'INFO')) return undefined;
    const timestamp = new Date(options.wallMs()).toISOString();
    if (members === undefined) {
      const message = line.endsWith('\n') ? line.slice(0, -1) : line;
      return `${JSON.stringify({ timestamp, level: 'INFO', message, requestId: options.requestId() })}\n`;
    }
    const dated = typeof members['timestamp'] === 'string' && TIMESTAMP.test(members['timestamp']);
    if (dated && level !== undefined) return line;
    return `${JSON.stringify({ ...members, ...(!dated && { timestamp }), ...(level === undefined && { level: 'INFO' }) })}\n`;
  };
}

export function isApplicationLogLevel(text: string): text is ApplicationLogLevel {
  return (LEVELS as readonly string[]).includes(text);
}

function levelOf(value: unknown): ApplicationLogLevel | undefined {
  const text = typeof value === 'string' ? value.toUpperCase() : '';
  return isApplicationLogLevel(text) ? text : undefined;
}

function objectIn(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}
