import { readFile } from 'node:fs/promises';

/**
 * What the SDK's schemas leave out: length, range, pattern, enumeration and the exact type of numbers. Generated from the public
 * service model by `scripts/generate-constraints.ts`; where AWS was recorded to answer otherwise, an overlay corrects it.
 */
export interface ConstraintTable {
  /** By the model's name of the shape. */
  readonly shapes: Readonly<Record<string, ShapeConstraint>>;
  /** Structure name → member name → shape name. Members without any constraint are absent. */
  readonly structures: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface ShapeConstraint {
  /** Of strings (UTF-16 units), blobs (bytes), lists and maps (entries); the value itself of numbers. */
  readonly min?: number;
  readonly max?: number;
  /** A Java regular expression that the whole value must match, as the model has it. */
  readonly pattern?: string;
  readonly enum?: readonly string[];
  /** Values that AWS takes although its text does not name them. */
  readonly unnamed?: readonly string[];
  /** Numbers only. */
  readonly number?: 'integer' | 'long' | 'float' | 'double';
  /** Shape names of what a list or map contains. */
  readonly member?: string;
  readonly key?: string;
  readonly value?: string;
  /** Lists only: AWS names the elements' constraint without the usual list of constraints around it. */
  readonly plain?: boolean;
  /** Lists only: AWS does not name `Member must not be null` among the elements' constraints. */
  readonly nullable?: boolean;
}

/** One line of an overlay file: a shape to replace or add, or the shape of a member to change; null frees it of constraints. */
export interface OverlayLine {
  /** The record that shows it. */
  readonly record: string;
  readonly shape?: string;
  /** Replaces what the table has; properties that are not named stay. */
  readonly set?: ShapeConstraint;
  /** `CreateFunctionRequest.Runtime`. */
  readonly member?: string;
  readonly use?: string | null;
}

export const noConstraints: ConstraintTable = { shapes: {}, structures: {} };

/** Reads `constraints/<name>.json` and, where there is one, its overlay. */
export async function loadConstraintTable(name: string, options: { readonly overlay: boolean }): Promise<ConstraintTable> {
  const table = (await readJson(`${name}.json`)) as ConstraintTable;
  return options.overlay ? applyOverlay(table, (await readJson(`${name}.overlay.json`)) as readonly OverlayLine[]) : table;
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(new URL(`constraints/${file}`, import.meta.url), 'utf8')) as unknown;
}

export function applyOverlay(table: ConstraintTable, lines: readonly OverlayLine[]): ConstraintTable {
  const shapes: Record<string, ShapeConstraint> = { ...table.shapes };
  const structures: Record<string, Readonly<Record<string, string>>> = { ...table.structures };
  for (const { shape, set, member, use } of lines) {
    if (shape !== undefined) shapes[shape] = { ...shapes[shape], ...set };
    if (member !== undefined) {
      const [structure = '', name = ''] = member.split('.');
      const { [name]: _replaced, ...others } = structures[structure] ?? {};
      structures[structure] = typeof use === 'string' ? { ...others, [name]: use } : others;
    }
  }
  return { shapes, structures };
}

/**
 * Java's `matches` on a pattern of the model: the whole text must match.
 * @throws SyntaxError when it is not a regular expression here (the generator leaves such patterns out)
 */
export function compilePattern(pattern: string): RegExp {
  const whole = `^(?:${pattern})$`;
  try {
    return new RegExp(whole, needsUnicode(pattern) ? 'u' : '');
  } catch (error) {
    // Ranges over surrogate pairs are only valid by code point.
    if (error instanceof SyntaxError && !needsUnicode(pattern)) return new RegExp(whole, 'u');
    throw error;
  }
}

/** Without the flag `\p{L}` would mean the letter p. */
function needsUnicode(pattern: string): boolean {
  return pattern.includes(String.raw`\p{`);
}
