import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { readAwsChunked } from '#aws/wire/aws-chunked.ts';
import type { WireRequest } from '#aws/wire/message.ts';
import { recogniseService } from '#aws/wire/recognise-service.ts';
import { fixtureServices, wireOf } from './fixture-services.ts';
import { type GoldenCase, goldenCalls, type GoldenRequest, untag } from './golden-case.ts';
import { plain } from './plain.ts';

const folder = new URL('golden/', import.meta.url);
const files = readdirSync(folder);

/** What clients add of their own accord: defaults, checksums, and parameters that only shape the answer. */
const ADDED: Readonly<Record<string, readonly string[]>> = {
  s3: [
    'ChecksumAlgorithm',
    'ChecksumMode',
    'ChecksumCRC32',
    'ContentEncoding',
    'ContentLength',
    'ContentMD5',
    'ContentType',
    'EncodingType',
  ],
};

/** Unset lists are sent as empty ones by some clients, and the other way round. */
function withoutEmptyLists(input: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => !(Array.isArray(value) && value.length === 0)));
}

async function wireRequest({ method, path, query, headers, bodyBase64 }: GoldenRequest): Promise<WireRequest> {
  const sent = Buffer.from(bodyBase64, 'base64');
  const chunked = headers['content-encoding']?.includes('aws-chunked') === true;
  return { method, path, query, headers, body: chunked ? await withoutChunks(sent) : sent };
}

async function withoutChunks(sent: Buffer): Promise<Buffer> {
  const data: Buffer[] = [];
  for await (const part of readAwsChunked(Readable.from([sent]))) if (part.kind === 'data') data.push(part.bytes);
  return Buffer.concat(data);
}

test('every golden call was captured from SDK v3, boto3 and the aws CLI', () => {
  assert.deepEqual(files.toSorted(), ['aws-cli.json', 'boto3.json', 'sdk-v3.json']);
});

for (const file of files) {
  const cases = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as readonly GoldenCase[];
  describe(`requests of ${file}`, () => {
    test('the capture is complete', () => assert.equal(cases.length, goldenCalls.length));
    for (const { service, operation, input, request } of cases) {
      test(`${service} ${operation} ${JSON.stringify(input).slice(0, 60)}`, async () => {
        const wire = await wireOf(service);
        const call = wire.open(await wireRequest(request));
        assert.equal(call.operation, operation);
        const read = call.readInput();
        for (const name of ADDED[service] ?? []) if (!(name in Object(input))) delete read[name];
        assert.deepEqual(plain(withoutEmptyLists(read)), plain(withoutEmptyLists(untag(input) as Record<string, unknown>)));
        const signingName = service === 'cloudwatch' ? fixtureServices.cloudwatch.signingName : service;
        assert.deepEqual(recogniseService(request), { service: signingName, region: 'us-east-1' });
      });
    }
  });
}
