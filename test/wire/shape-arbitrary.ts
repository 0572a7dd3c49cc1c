import * as fc from 'fast-check';
import type { Member, Shape, StructureShape } from '#aws/wire/schema.ts';

/** Random values of a shape, as a client could send them. */
const MAX_DEPTH = 4;

/** Header values have no control characters, and lose blanks at their ends. */
const headerText = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => text.trim() === text);
const anyText = fc.string({ unit: 'grapheme', maxLength: 20 });
const mapKey = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 }).filter((key) => key !== '__proto__');
const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })).map((value) => value + 0);
const date = fc.date({ min: new Date('1970-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true });
const bytes = (minLength: number): fc.Arbitrary<Buffer> => fc.uint8Array({ minLength, maxLength: 40 }).map((value) => Buffer.from(value));

export function inputArbitrary(shape: StructureShape): fc.Arbitrary<Record<string, unknown>> {
  return structureArbitrary(shape, 0);
}

function structureArbitrary(shape: StructureShape, depth: number): fc.Arbitrary<Record<string, unknown>> {
  const members = depth > MAX_DEPTH ? shape.members.filter(({ required }) => required) : shape.members;
  if (shape.union && members.length > 0) {
    return fc.oneof(...members.map((member) => memberArbitrary(member, depth).map((value) => ({ [member.name]: value }))));
  }
  // The SDK makes up an idempotency token that is not given.
  // And it sends an empty structure for a payload that is not given.
  const requiredKeys = members
    .filter(
      ({ required, traits, shape: { kind } }) =>
        required || traits.idempotencyToken === 1 || (traits.httpPayload === 1 && kind === 'structure'),
    )
    .map(({ name }) => name);
  return fc.record(Object.fromEntries(members.map((member) => [member.name, memberArbitrary(member, depth)])), { requiredKeys });
}

function memberArbitrary({ shape, traits }: Member, depth: number): fc.Arbitrary<unknown> {
  if (shape.kind === 'string') {
    if (traits.httpLabel === 1) return fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
    if (traits.httpHeader !== undefined) return headerText;
  }
  // An empty body is no payload, and a list without elements leaves nothing in a query.
  if (traits.httpPayload === 1 && shape.kind === 'blob') return bytes(1);
  if (traits.httpQuery !== undefined && shape.kind === 'list')
    return fc.array(shapeArbitrary(shape.member.shape, depth), { minLength: 1, maxLength: 3 });
  return shapeArbitrary(shape, depth);
}

function shapeArbitrary(shape: Shape, depth: number): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'structure':
      return structureArbitrary(shape, depth + 1);
    case 'list':
      return fc.array(shapeArbitrary(shape.member.shape, depth + 1), { maxLength: 3 });
    case 'map':
      return fc.dictionary(mapKey, shapeArbitrary(shape.value.shape, depth + 1), { maxKeys: 3, noNullPrototype: true });
    case 'string':
      return anyText;
    case 'number':
      return number;
    case 'boolean':
      return fc.boolean();
    case 'blob':
      return bytes(0);
    case 'timestamp':
      return date;
    case 'document':
      return fc.jsonValue();
  }
}
