/**
 * Writes the constraint tables of `src/aws/wire/constraints/` (and those of the test fixtures) from the public service models that
 * the botocore package carries. Run it when the SDK clients are updated:
 *
 *   pip download botocore --no-deps && unzip botocore-*.whl
 *   node scripts/generate-constraints.ts <folder that contains botocore/>
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { compilePattern, type ConstraintTable, type ShapeConstraint } from '#aws/wire/constraint-table.ts';

interface ModelShape {
  readonly type: string;
  readonly members?: Readonly<Record<string, { readonly shape: string }>>;
  readonly member?: { readonly shape: string };
  readonly key?: { readonly shape: string };
  readonly value?: { readonly shape: string };
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
}

interface ServiceModel {
  readonly operations: Readonly<Record<string, { readonly input?: { readonly shape: string } }>>;
  readonly shapes: Readonly<Record<string, ModelShape>>;
}

const SERVICES = ['lambda', 'iam', 'sts', 'logs', 'application-autoscaling', 'signer'];
const FIXTURES = ['sqs', 'sns'];
const NUMBERS: ReadonlySet<string> = new Set(['integer', 'long', 'float', 'double']);

/** Everything that the inputs of the service's operations can contain. */
function tableOf(model: ServiceModel): ConstraintTable {
  const shapes: Record<string, ShapeConstraint> = {};
  const structures: Record<string, Record<string, string>> = {};
  const visited = new Set<string>();

  /** Whether the shape has a constraint, itself or (a list, a map) in what it contains. */
  function visit(name: string): boolean {
    if (visited.has(name)) return name in shapes;
    visited.add(name);
    const shape = model.shapes[name];
    if (shape === undefined) throw new Error(`the model has no shape ${name}`);
    if (shape.type === 'structure') {
      const members = Object.entries(shape.members ?? {}).filter(([, member]) => visit(member.shape));
      if (members.length > 0) structures[name] = Object.fromEntries(members.map(([member, { shape: target }]) => [member, target]));
      return false;
    }
    const constraint = constraintOf(name, shape, visit);
    if (Object.keys(constraint).length > 0) shapes[name] = constraint;
    return name in shapes;
  }

  for (const { input } of Object.values(model.operations)) if (input !== undefined) visit(input.shape);
  return { shapes: sorted(shapes), structures: sorted(structures) };
}

function constraintOf(name: string, shape: ModelShape, visit: (name: string) => boolean): ShapeConstraint {
  const { type, min, max, pattern, enum: values } = shape;
  return {
    ...(NUMBERS.has(type) ? { number: type as NonNullable<ShapeConstraint['number']> } : {}),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(pattern !== undefined && compiles(name, pattern) ? { pattern } : {}),
    ...(values === undefined ? {} : { enum: values }),
    ...content('member', shape.member, visit),
    ...content('key', shape.key, visit),
    ...content('value', shape.value, visit),
  };
}

function content(
  role: 'member' | 'key' | 'value',
  target: { readonly shape: string } | undefined,
  visit: (name: string) => boolean,
): ShapeConstraint {
  return target !== undefined && visit(target.shape) ? { [role]: target.shape } : {};
}

function compiles(name: string, pattern: string): boolean {
  try {
    compilePattern(pattern);
    return true;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    process.stderr.write(`left out, not a regular expression here: ${name} ${pattern}\n`);
    return false;
  }
}

function sorted<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** One shape or structure per line, so that a change of the model reads well. */
function format(table: ConstraintTable, source: string): string {
  const lines = (record: Readonly<Record<string, unknown>>): string =>
    Object.entries(record)
      .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
      .join(',\n');
  return `{"source":${JSON.stringify(source)},\n"shapes":{\n${lines(table.shapes)}\n},\n"structures":{\n${lines(table.structures)}\n}}\n`;
}

function generate(packageFolder: string, service: string, targetFolder: string): void {
  const data = join(packageFolder, 'botocore', 'data', service);
  const version = readdirSync(data).toSorted().at(-1) ?? '';
  const model = JSON.parse(gunzipSync(readFileSync(join(data, version, 'service-2.json.gz'))).toString()) as ServiceModel;
  const release = /__version__ = '([^']+)'/.exec(readFileSync(join(packageFolder, 'botocore', '__init__.py'), 'utf8'))?.[1] ?? 'unknown';
  writeFileSync(join(targetFolder, `${service}.json`), format(tableOf(model), `botocore ${release}, ${service} ${version}`));
}

const [packageFolder] = process.argv.slice(2);
if (packageFolder === undefined) {
  process.stderr.write('usage: node scripts/generate-constraints.ts <folder that contains botocore/>\n');
  process.exitCode = 2;
} else {
  const root = join(import.meta.dirname, '..');
  for (const service of SERVICES) generate(packageFolder, service, join(root, 'src/aws/wire/constraints'));
  for (const service of FIXTURES) generate(packageFolder, service, join(root, 'test/wire/constraints'));
}
