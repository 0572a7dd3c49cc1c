import { notSupported } from '#functions/lambda-errors.ts';

/** A parameter that asks for something Hearth does not have yet, unless its value is one of the harmless ones. */
export interface RefusedParameter {
  /** Members of the input, joined by dots. */
  readonly path: string;
  /** Values that ask for nothing. Empty values (false, '', [], {}) never do. */
  readonly harmless?: readonly unknown[];
}

/** Of functions on capacity providers alone. */
const PUBLISHING: readonly RefusedParameter[] = [{ path: 'PublishTo' }];

const CONFIGURATION: readonly RefusedParameter[] = [
  { path: 'VpcConfig' },
  { path: 'DeadLetterConfig' },
  { path: 'KMSKeyArn' },
  { path: 'FileSystemConfigs' },
  { path: 'ImageConfig' },
  { path: 'SnapStart.ApplyOn', harmless: ['None'] },
  { path: 'CapacityProviderConfig' },
  { path: 'DurableConfig' },
];

/** Buckets have no versions, but every object has that one. */
const UNVERSIONED = ['null'];
const CODE = ['S3ObjectStorageMode', 'ImageUri', 'SourceKMSKeyArn'];

/** By operation. `parity.ts` makes the documentation from this table, so that the two cannot disagree. */
export const REFUSED_PARAMETERS: Readonly<Record<string, readonly RefusedParameter[]>> = {
  CreateFunction: [
    ...CODE.map((name) => ({ path: `Code.${name}` })),
    { path: 'Code.S3ObjectVersion', harmless: UNVERSIONED },
    ...PUBLISHING,
    ...CONFIGURATION,
    { path: 'PackageType', harmless: ['Zip'] },
    { path: 'TenancyConfig' },
  ],
  PublishVersion: PUBLISHING,
  UpdateFunctionCode: [...CODE.map((path) => ({ path })), { path: 'S3ObjectVersion', harmless: UNVERSIONED }, ...PUBLISHING],
  UpdateFunctionConfiguration: CONFIGURATION,
  Invoke: [{ path: 'DurableExecutionName' }, { path: 'InvocationType', harmless: ['RequestResponse', 'DryRun'] }],
  PublishLayerVersion: [{ path: 'Content.S3ObjectVersion', harmless: UNVERSIONED }, { path: 'Content.S3ObjectStorageMode' }],
};

/**
 * Refuses what would otherwise be accepted and ignored.
 * @throws AwsError NotImplemented (501) that names the parameter
 */
export function refuseUnsupported(operation: string, input: object): void {
  for (const { path, harmless } of REFUSED_PARAMETERS[operation] ?? []) {
    const value = path.includes('.') ? path.split('.').reduce<unknown>(memberOf, input) : memberOf(input, path);
    if (!asksForNothing(value) && harmless?.includes(value) !== true) {
      throw notSupported(`the parameter ${path} of ${operation}`);
    }
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function asksForNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return true;
  return typeof value === 'object' && Object.values(value).every(asksForNothing);
}
