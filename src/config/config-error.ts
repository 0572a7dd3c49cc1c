/** A setting that the operator must change. The message is one line, names the setting and says what would be right. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
