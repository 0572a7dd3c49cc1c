import type { ServiceModel, StructureShape } from '#aws/wire/schema.ts';
import { LAMBDA_OPERATIONS } from './operations.ts';
import { KNOWN_DIFFERENCES, parityOf, testFileOf, type ParameterParity } from './parity.ts';

/** The text of `docs/parity.md`: every operation of the model, and every parameter of those that Hearth has. */
export function parityPage(model: ServiceModel): string {
  const names = [...model.operations.keys()].toSorted();
  const present = names.filter((name) => Object.hasOwn(LAMBDA_OPERATIONS, name));
  const missing = names.filter((name) => !present.includes(name));
  return [
    '# Parity with the AWS Lambda API',
    '',
    'Made by `scripts/generate-parity.ts` from the tables of the code (`src/services/lambda/`); a test fails when it is stale.',
    '',
    '- **behaves**: as on AWS; the named test fails when the parameter is ignored.',
    '- **refused**: answered with the error `NotImplemented` (501) when it asks for something; never accepted and ignored.',
    '- **not yet**: the operation answers the not-implemented error of its protocol.',
    '',
    'Answers that differ from those that AWS was recorded to give are listed, value by value, in [recorded-answers.md](recorded-answers.md).',
    '',
    `${present.length} of ${names.length} operations are there.`,
    '',
    ...present.flatMap((name) => operationSection(name, inputOf(model, name))),
    '## Not yet',
    '',
    ...missing.map((name) => `- ${name}`),
    '',
    '## Known differences',
    '',
    ...KNOWN_DIFFERENCES.map((difference) => `- ${difference}`),
    '',
  ].join('\n');
}

/**
 * Parameters of the model that the table says nothing about, as `Operation.Member`, and entries of the table that are not in the
 * model. Both lists are empty when the table is complete.
 */
export function parityGaps(model: ServiceModel): { readonly missing: readonly string[]; readonly unknown: readonly string[] } {
  const missing: string[] = [];
  const unknown: string[] = [];
  for (const name of Object.keys(LAMBDA_OPERATIONS)) {
    const paths = [...parityOf(name).keys()];
    const modelled = parameterPaths(inputOf(model, name), paths);
    missing.push(...modelled.filter((path) => !paths.includes(path)).map((path) => `${name}.${path}`));
    unknown.push(...paths.filter((path) => !modelled.includes(path)).map((path) => `${name}.${path}`));
  }
  return { missing, unknown };
}

function inputOf(model: ServiceModel, operation: string): StructureShape {
  const schema = model.operations.get(operation);
  if (schema === undefined) throw new Error(`the model has no operation ${operation}`);
  return schema.input;
}

/** Each member by its name; by its own members where the table goes into them. */
function parameterPaths(input: StructureShape, known: readonly string[]): readonly string[] {
  return input.members.flatMap((member) => {
    const { name, shape } = member;
    if (shape.kind !== 'structure' || !known.some((path) => path.startsWith(`${name}.`))) return [name];
    return shape.members.map((inner) => `${name}.${inner.name}`);
  });
}

function operationSection(name: string, input: StructureShape): readonly string[] {
  const parity = parityOf(name);
  const rows = parameterPaths(input, [...parity.keys()]).map((path) => row(path, parity.get(path)));
  const table = rows.length === 0 ? ['No parameters.'] : ['| parameter | status | |', '|---|---|---|', ...rows];
  return [`## ${name}`, '', `Tests: \`${testFileOf(name)}\``, '', ...table, ''];
}

function row(path: string, parity: ParameterParity | undefined): string {
  if (parity === undefined) return `| ${path} | not yet | |`;
  if (parity.status === 'behaves') return `| ${path} | behaves | ${parity.test} |`;
  return `| ${path} | refused | ${parity.except === '' ? '' : `except ${parity.except}`} |`;
}
