import { readFileSync } from 'node:fs';
import type { ConstraintTable } from '#aws/wire/constraint-table.ts';
import type { ServiceWire } from '#aws/wire/message.ts';
import { loadSchemaModule } from '#aws/wire/schema-loader.ts';
import type { ServiceDefinition } from '#aws/wire/service-definition.ts';
import { loadServiceWire, serviceWire } from '#aws/wire/service-wire.ts';
import { services } from '#aws/wire/services.ts';

interface FixtureService extends ServiceDefinition {
  readonly clientPackage: string;
}

/** Services that Hearth does not serve (yet): they show the protocols that none of ours speaks. */
export const fixtureServices: Readonly<Record<'sqs' | 'sns' | 'cloudwatch', FixtureService>> = {
  sqs: {
    clientPackage: '@aws-sdk/client-sqs',
    signingName: 'sqs',
    protocols: ['awsJson1_0', 'awsQuery'],
    apiVersion: '2012-11-05',
    xmlNamespace: 'http://queue.amazonaws.com/doc/2012-11-05/',
    targetPrefix: 'AmazonSQS',
    errorNamespace: 'com.amazonaws.sqs',
    queryCompatible: true,
    validationErrorCode: 'InvalidParameterValue',
  },
  sns: {
    clientPackage: '@aws-sdk/client-sns',
    signingName: 'sns',
    protocols: ['awsQuery'],
    apiVersion: '2010-03-31',
    xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
    validationErrorCode: 'ValidationError',
  },
  cloudwatch: {
    clientPackage: '@aws-sdk/client-cloudwatch',
    signingName: 'monitoring',
    protocols: ['awsJson1_0', 'rpcv2Cbor', 'awsQuery'],
    apiVersion: '2010-08-01',
    xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
    targetPrefix: 'GraniteServiceVersion20100801',
    queryCompatible: true,
    validationErrorCode: 'ValidationError',
  },
};

const WITH_CONSTRAINTS: ReadonlySet<string> = new Set(['sqs', 'sns']);

const loaded = new Map<string, Promise<ServiceWire>>();

/** The wire of a served or a fixture service, loaded once. */
export function wireOf(name: string): Promise<ServiceWire> {
  let wire = loaded.get(name);
  if (wire === undefined) loaded.set(name, (wire = load(name)));
  return wire;
}

async function load(name: string): Promise<ServiceWire> {
  if (isKeyOf(services, name)) return loadServiceWire(name);
  if (!isKeyOf(fixtureServices, name)) throw new Error(`no fixture service ${name}`);
  const definition = fixtureServices[name];
  return serviceWire(definition, await loadSchemaModule(definition.clientPackage), constraintsOf(name));
}

function constraintsOf(name: string): ConstraintTable | undefined {
  if (!WITH_CONSTRAINTS.has(name)) return undefined;
  return JSON.parse(readFileSync(new URL(`constraints/${name}.json`, import.meta.url), 'utf8')) as ConstraintTable;
}

function isKeyOf<Key extends string>(record: Readonly<Record<Key, unknown>>, key: string): key is Key {
  return Object.hasOwn(record, key);
}
