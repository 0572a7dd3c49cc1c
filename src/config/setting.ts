import { ConfigError } from './config-error.ts';

/** One raw value under the name by which the operator gave it: `HEARTH_PORT`, or `--port`. */
export interface Setting {
  readonly name: string;
  /** Trimmed; undefined when unset or empty. */
  readonly text: string | undefined;
}

/** @throws ConfigError unless the text is a whole number within the bounds, both inclusive */
export function integerSetting(setting: Setting, options: IntegerOptions): number {
  const { name, text } = setting;
  if (text === undefined) return options.fallback;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < options.min || value > options.max) {
    throw new ConfigError(`${name} must be a whole number from ${options.min} to ${options.max}, not '${text}'`);
  }
  return value;
}

export interface IntegerOptions {
  readonly min: number;
  readonly max: number;
  readonly fallback: number;
}

/** `1` and `true` are true, `0` and `false` are false. @throws ConfigError on anything else */
export function booleanSetting({ name, text }: Setting, fallback: boolean): boolean {
  switch (text) {
    case undefined:
      return fallback;
    case '1':
    case 'true':
      return true;
    case '0':
    case 'false':
      return false;
    default:
      throw new ConfigError(`${name} must be 1 or 0, not '${text}'`);
  }
}

/** @throws ConfigError unless the text is one of the choices */
export function choiceSetting<Choice extends string>({ name, text }: Setting, choices: readonly Choice[], fallback: Choice): Choice {
  if (text === undefined) return fallback;
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw new ConfigError(`${name} must be one of ${choices.join(', ')}, not '${text}'`);
  return found;
}

/** Items separated by commas; blanks around them and empty items do not count. */
export function listSetting({ text }: Setting): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
