import type { Fields } from './document.ts';
import { type ConstraintTable, type ShapeConstraint, compilePattern } from './constraint-table.ts';
import { javaName, javaNumber, javaText } from './java-text.ts';
import type { Member, Shape, StructureShape } from './schema.ts';
import { UnreadableInput } from './unreadable-input.ts';

/**
 * Checks inputs as AWS does. Each violation is a sentence such as
 * `Value '*' at 'functionName' failed to satisfy constraint: Member must have length …`.
 * @throws UnreadableInput when a fraction stands where the model has a whole number
 */
export type InputCheck = (input: Readonly<Fields>) => readonly string[];

/** `1 validation error detected: …`; several are joined by `; `. */
export function validationMessage(violations: readonly string[]): string {
  return `${violations.length} validation error${violations.length === 1 ? '' : 's'} detected: ${violations.join('; ')}`;
}

/** Where the check of one value reports: the path to it, and whether the value may be shown. */
interface Place {
  readonly path: string;
  readonly sensitive: boolean;
  readonly violations: string[];
}

type Check = (value: unknown, place: Place) => void;

/** What of a shape's constraints concerns one value without looking inside, with AWS's texts. */
interface Rules {
  readonly failures: (value: unknown) => readonly string[];
  /** All texts, in the order in which AWS lists them for the elements of a list. */
  readonly texts: readonly string[];
}

const NOT_NULL = 'Member must not be null';

/** Makes the check of an operation's input. Patterns are compiled when first needed. */
export function compileInputCheck(input: StructureShape, table: ConstraintTable): InputCheck {
  const check = createCompiler(table).structure(input);
  return (value) => {
    const violations: string[] = [];
    check?.(value, { path: '', sensitive: false, violations });
    return violations;
  };
}

interface Compiler {
  structure(shape: StructureShape): Check | undefined;
}

function createCompiler(table: ConstraintTable): Compiler {
  /** Present before it is filled, so that recursive structures end. */
  const structures = new Map<StructureShape, { check: Check | undefined }>();

  function structure(shape: StructureShape): Check | undefined {
    const known = structures.get(shape);
    // The inner use of a recursive structure looks its check up when it runs.
    if (known !== undefined) return (value, place) => known.check?.(value, place);
    const entry: { check: Check | undefined } = { check: undefined };
    structures.set(shape, entry);
    const members = shape.members.flatMap((member) => memberCheck(shape, member) ?? []);
    // Recorded answers name the members in the reverse order of the model.
    members.reverse();
    if (members.length > 0) {
      entry.check = (value, place) => {
        for (const check of members) check(value, place);
      };
    }
    return entry.check;
  }

  /** The check of one member, called with the structure that has it. */
  function memberCheck(owner: StructureShape, member: Member): Check | undefined {
    const constraint = constraintOf(table.structures[owner.name]?.[member.name]);
    const check = valueCheck(member.shape, constraint);
    if (check === undefined && !member.required) return undefined;
    const { name, required } = member;
    const segment = javaName(name);
    const hidden = member.traits.sensitive === 1;
    return (value, { path, sensitive, violations }) => {
      const found = (value as Readonly<Fields>)[name];
      if (found === undefined && !required) return;
      const place = { path: path === '' ? segment : `${path}.${segment}`, sensitive: sensitive || hidden, violations };
      if (found === undefined || found === null) violations.push(sentence('null', NOT_NULL, place));
      else check?.(found, place);
    };
  }

  function valueCheck(shape: Shape, constraint: ShapeConstraint | undefined): Check | undefined {
    if (shape.kind === 'structure') return structure(shape);
    const own = constraint && rulesOf(shape, constraint);
    const inner = shape.kind === 'list' || shape.kind === 'map' ? contentCheck(shape, constraint) : undefined;
    if (own === undefined && inner === undefined) return undefined;
    return (value, place) => {
      for (const failure of own?.failures(value) ?? [])
        place.violations.push(sentence(quoted(value, shape, constraint, place), failure, place));
      inner?.(value, place);
    };
  }

  function contentCheck(shape: Extract<Shape, { kind: 'list' | 'map' }>, constraint: ShapeConstraint | undefined): Check | undefined {
    const element = shape.kind === 'list' ? shape.member : shape.value;
    const elementConstraint = constraintOf(shape.kind === 'list' ? constraint?.member : constraint?.value);
    if (element.shape.kind === 'structure' || element.shape.kind === 'list' || element.shape.kind === 'map') {
      return nestedCheck(valueCheck(element.shape, elementConstraint));
    }
    const elementRules = elementConstraint && rulesOf(element.shape, elementConstraint);
    const keyConstraint = shape.kind === 'map' ? constraintOf(constraint?.key) : undefined;
    const keyRules = keyConstraint && shape.kind === 'map' ? rulesOf(shape.key.shape, keyConstraint) : undefined;
    const texts = [...(elementRules?.texts ?? []), ...(constraint?.nullable === true ? [] : [NOT_NULL])];
    const elementText =
      constraint?.plain === true ? (elementRules?.texts[0] ?? NOT_NULL) : `Member must satisfy constraint: [${texts.join(', ')}]`;
    const mapText = `Map value must satisfy constraint: [${texts.join(', ')}]`;
    const keyText = `Map keys must satisfy constraint: [${keyRules?.texts.join(', ') ?? ''}]`;
    const allowsNull = shape.sparse;
    return (value, place) => {
      const show = (): string => quoted(value, shape, elementConstraint, place);
      const fails = (item: unknown): boolean =>
        item === null || item === undefined ? !allowsNull : (elementRules?.failures(item).length ?? 0) > 0;
      if (keyRules !== undefined && Object.keys(value as Fields).some((key) => keyRules.failures(key).length > 0)) {
        place.violations.push(sentence(show(), keyText, place));
      }
      if (Object.values(value as Fields).some(fails)) {
        place.violations.push(sentence(show(), shape.kind === 'map' ? mapText : elementText, place));
      }
    };
  }

  /** `tags.1.member.key`, counted from one; the key of a map stands in place of the number. */
  function nestedCheck(check: Check | undefined): Check | undefined {
    return (
      check &&
      ((value, { path, sensitive, violations }) => {
        const list = Array.isArray(value);
        for (const [key, item] of Object.entries(value as Fields)) {
          const place = { path: `${path}.${list ? Number(key) + 1 : key}.member`, sensitive, violations };
          if (item === null || item === undefined) violations.push(sentence('null', NOT_NULL, place));
          else check(item, place);
        }
      })
    );
  }

  function constraintOf(name: string | undefined): ShapeConstraint | undefined {
    return name === undefined ? undefined : table.shapes[name];
  }

  return { structure };
}

function quoted(value: unknown, shape: Shape, constraint: ShapeConstraint | undefined, place: Place): string {
  return place.sensitive ? '' : `'${javaText(value, shape, constraint?.number)}'`;
}

/** A sensitive value is left out: `Value at 'password' failed …`. */
function sentence(value: string, constraint: string, { path, sensitive }: Place): string {
  return `Value ${sensitive && value !== 'null' ? '' : `${value} `}at '${path}' failed to satisfy constraint: ${constraint}`;
}

function rulesOf(shape: Shape, constraint: ShapeConstraint): Rules | undefined {
  const rules = [...boundRules(shape, constraint), ...patternRules(constraint), ...enumRules(constraint)];
  const whole = constraint.number === 'integer' || constraint.number === 'long';
  if (rules.length === 0 && !whole) return undefined;
  return {
    texts: rules.map(({ text }) => text),
    failures(value) {
      if (whole && !Number.isInteger(value)) {
        throw new UnreadableInput(`NUMBER_VALUE can not be converted to ${constraint.number === 'long' ? 'a Long' : 'an Integer'}`);
      }
      const failed = rules.filter(({ holds }) => !holds(value));
      return failed.map(({ text }) => text);
    },
  };
}

interface Rule {
  readonly text: string;
  readonly holds: (value: unknown) => boolean;
}

function boundRules(shape: Shape, { min, max, number }: ShapeConstraint): Rule[] {
  const what = shape.kind === 'number' ? 'value' : 'length';
  const rules: Rule[] = [];
  if (max !== undefined) {
    rules.push({
      text: `Member must have ${what} less than or equal to ${javaNumber(max, number)}`,
      holds: (value) => sizeOf(value) <= max,
    });
  }
  if (min !== undefined) {
    rules.push({
      text: `Member must have ${what} greater than or equal to ${javaNumber(min, number)}`,
      holds: (value) => sizeOf(value) >= min,
    });
  }
  return rules;
}

function sizeOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' || Array.isArray(value) || value instanceof Uint8Array) return value.length;
  return Object.keys(value as Fields).length;
}

function patternRules({ pattern }: ShapeConstraint): Rule[] {
  if (pattern === undefined) return [];
  let compiled: RegExp | undefined;
  return [
    {
      text: `Member must satisfy regular expression pattern: ${pattern}`,
      holds: (value) => (compiled ??= compilePattern(pattern)).test(String(value)),
    },
  ];
}

function enumRules({ enum: values, unnamed = [] }: ShapeConstraint): Rule[] {
  if (values === undefined) return [];
  const known = new Set<unknown>([...values, ...unnamed]);
  return [{ text: `Member must satisfy enum value set: [${values.join(', ')}]`, holds: (value) => known.has(value) }];
}
