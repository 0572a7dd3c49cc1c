import { NormalizedSchema } from '@smithy/core/schema';
import { invariant } from '#base/invariant.ts';

/**
 * The SDK's run-time schemas, turned into plain shapes. This is the only file that knows how the SDK lays them out:
 * operation `[9, namespace, name, traits, input, output]`; structure `[3, …]`, union `[4, …]` and error `[-3, …]` with the member
 * names at 4, the member schemas at 5 and the count of required members, which come first, at 6; everything else through
 * `NormalizedSchema`.
 */
export type Shape = ScalarShape | ListShape | MapShape | StructureShape;

export type Traits = ReturnType<NormalizedSchema['getMergedTraits']>;

export type TimestampFormat = 'date-time' | 'http-date' | 'epoch-seconds';

export interface ScalarShape {
  readonly kind: 'string' | 'number' | 'boolean' | 'blob' | 'timestamp' | 'document';
  /** Undefined: the protocol's default for the place where the value stands. */
  readonly timestampFormat: TimestampFormat | undefined;
  /** A blob that the SDK hands over as a stream. */
  readonly streaming: boolean;
}

export interface ListShape {
  readonly kind: 'list';
  readonly member: Member;
  readonly sparse: boolean;
}

export interface MapShape {
  readonly kind: 'map';
  readonly key: Member;
  readonly value: Member;
  readonly sparse: boolean;
}

export interface StructureShape {
  readonly kind: 'structure';
  /** The model's name, without its namespace. */
  readonly name: string;
  readonly union: boolean;
  readonly error: boolean;
  readonly traits: Traits;
  readonly members: readonly Member[];
}

/** A member of a structure, the element of a list, or the key or value of a map. `traits` are its own and its target's. */
export interface Member {
  readonly name: string;
  readonly required: boolean;
  readonly traits: Traits;
  readonly shape: Shape;
}

export interface HttpBinding {
  readonly method: string;
  /** `/2015-03-31/functions/{FunctionName}` without the query. */
  readonly path: string;
  /** The query literals of the URI: `list-type=2`, `acl`. */
  readonly query: string;
  readonly status: number;
}

export interface OperationSchema {
  readonly name: string;
  /** Undefined for protocols that bind nothing to HTTP. */
  readonly http: HttpBinding | undefined;
  /** Built when first asked for, then kept. A unit input is a structure without members. */
  readonly input: StructureShape;
  readonly output: StructureShape;
  /** False when the model declares no output at all. */
  readonly hasOutput: boolean;
}

export interface ErrorSchema {
  readonly name: string;
  readonly namespace: string;
  /** The code on awsQuery, and in `x-amzn-query-error`. */
  readonly queryCode: string;
  readonly shape: StructureShape;
}

export interface ServiceModel {
  /** `com.amazonaws.lambda`. */
  readonly namespace: string;
  readonly operations: ReadonlyMap<string, OperationSchema>;
  /** By shape name or by awsQuery code. */
  error(code: string): ErrorSchema | undefined;
}

/** The exports of a client's schemas module. */
export type SchemaModule = Readonly<Record<string, unknown>>;

type SchemaRef = Parameters<typeof NormalizedSchema.of>[0];

const OPERATION = 9;
const STRUCTURE = 3;
const ERROR = -3;

const UNIT: StructureShape = { kind: 'structure', name: 'Unit', union: false, error: false, traits: {}, members: [] };

/** Reads the operations at once; their shapes and the errors only when they are needed. */
export function readServiceModel(schemas: SchemaModule): ServiceModel {
  const shapes: ShapeCache = new Map();
  const operations = new Map<string, OperationSchema>();
  const structures: (readonly unknown[])[] = [];
  let namespace = '';
  for (const schema of Object.values(schemas)) {
    if (!Array.isArray(schema)) continue;
    if (schema[0] === OPERATION) {
      const operation = readOperation(schema, shapes);
      operations.set(operation.name, operation);
      namespace = String(schema[1]);
    } else if (schema[0] === ERROR) {
      structures.push(schema);
    }
  }
  let errors: ReadonlyMap<string, ErrorSchema> | undefined;
  return {
    namespace,
    operations,
    error: (code) => (errors ??= readErrors(structures, shapes)).get(code),
  };
}

function readOperation(schema: readonly unknown[], shapes: ShapeCache): OperationSchema {
  const [, , name, traits, input, output] = schema;
  let inputShape: StructureShape | undefined;
  let outputShape: StructureShape | undefined;
  return {
    name: String(name),
    http: readHttpBinding(traits),
    hasOutput: output !== 'unit',
    get input() {
      return (inputShape ??= structureOf(input, shapes));
    },
    get output() {
      return (outputShape ??= structureOf(output, shapes));
    },
  };
}

function readHttpBinding(traits: unknown): HttpBinding | undefined {
  if (typeof traits !== 'object' || traits === null || !('http' in traits) || !Array.isArray(traits.http)) return undefined;
  const [method, uri, status] = traits.http as [string, string, number];
  const mark = uri.indexOf('?');
  return {
    method,
    path: mark === -1 ? uri : uri.slice(0, mark),
    query: mark === -1 ? '' : uri.slice(mark + 1),
    status,
  };
}

function readErrors(schemas: readonly (readonly unknown[])[], shapes: ShapeCache): ReadonlyMap<string, ErrorSchema> {
  const errors = new Map<string, ErrorSchema>();
  const byQueryCode: ErrorSchema[] = [];
  for (const schema of schemas) {
    const shape = structureOf(schema, shapes);
    const query = shape.traits['awsQueryError'];
    const queryCode = Array.isArray(query) ? String(query[0]) : shape.name;
    const error = { name: shape.name, namespace: String(schema[1]), queryCode, shape };
    errors.set(shape.name, error);
    byQueryCode.push(error);
  }
  // A shape's own name wins over another shape's query code.
  for (const error of byQueryCode) if (!errors.has(error.queryCode)) errors.set(error.queryCode, error);
  return errors;
}

/** Keyed by the SDK's schema object, so that recursive shapes end. */
type ShapeCache = Map<unknown, Shape>;

function structureOf(ref: unknown, shapes: ShapeCache): StructureShape {
  const schema = NormalizedSchema.of(ref as SchemaRef);
  if (schema.isUnitSchema()) return UNIT;
  const shape = shapeOf(schema, shapes);
  invariant(shape.kind === 'structure', 'inputs, outputs and errors are structures');
  return shape;
}

function shapeOf(schema: NormalizedSchema, shapes: ShapeCache): Shape {
  if (schema.isUnitSchema()) return UNIT;
  if (schema.isStructSchema()) return structureShape(schema, shapes);
  const traits = schema.getMergedTraits();
  if (schema.isListSchema())
    return { kind: 'list', member: memberOf('member', schema.getValueSchema(), shapes), sparse: traits.sparse === 1 };
  if (schema.isMapSchema()) {
    const key = memberOf('key', schema.getKeySchema(), shapes);
    return { kind: 'map', key, value: memberOf('value', schema.getValueSchema(), shapes), sparse: traits.sparse === 1 };
  }
  return { kind: scalarKind(schema), timestampFormat: timestampFormat(schema.getSchema()), streaming: schema.isStreaming() };
}

function structureShape(schema: NormalizedSchema, shapes: ShapeCache): StructureShape {
  const source = schema.getSchema();
  const known = shapes.get(source);
  if (known?.kind === 'structure') return known;
  invariant(Array.isArray(source), 'a structure schema is a tuple');
  const members: Member[] = [];
  const shape: StructureShape = {
    kind: 'structure',
    name: source[2],
    union: schema.isUnionSchema(),
    error: source[0] === ERROR,
    traits: schema.getOwnTraits(),
    members,
  };
  shapes.set(source, shape);
  const requiredCount = source[0] === STRUCTURE || source[0] === ERROR ? (source[6] ?? 0) : 0;
  for (const [name, member] of schema.structIterator()) {
    members.push({ ...memberOf(name, member, shapes), required: members.length < requiredCount });
  }
  return shape;
}

function memberOf(name: string, schema: NormalizedSchema, shapes: ShapeCache): Member {
  return { name, required: false, traits: schema.getMergedTraits(), shape: shapeOf(schema, shapes) };
}

function scalarKind(schema: NormalizedSchema): ScalarShape['kind'] {
  if (schema.isStringSchema()) return 'string';
  // No service has shown an arbitrary-precision number yet; a double is the nearest.
  if (schema.isNumericSchema() || schema.isBigIntegerSchema() || schema.isBigDecimalSchema()) return 'number';
  if (schema.isBooleanSchema()) return 'boolean';
  if (schema.isBlobSchema()) return 'blob';
  if (schema.isTimestampSchema()) return 'timestamp';
  return 'document';
}

function timestampFormat(sentinel: unknown): TimestampFormat | undefined {
  if (sentinel === 5) return 'date-time';
  if (sentinel === 6) return 'http-date';
  if (sentinel === 7) return 'epoch-seconds';
  return undefined;
}
