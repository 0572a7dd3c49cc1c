/** Environment variables as a process gets them. An empty value counts as unset. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The process's own variables. Everything else takes typed configuration, made from this once at start. */
export function processEnvironment(): Environment {
  return process.env;
}
