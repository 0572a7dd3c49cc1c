import { REFUSED_PARAMETERS, type RefusedParameter } from './refused-parameters.ts';

/**
 * Parity with AWS, parameter by parameter: the source of `docs/parity.md`. A parameter `behaves` when a test fails if it is
 * ignored; its title stands here, and it is in the test file of the operation. What is refused comes from the table that
 * refuses it.
 */
export type ParameterParity =
  | { readonly status: 'behaves'; readonly test: string }
  | { readonly status: 'refused'; readonly except: string };

/** By operation: parameter (members joined by dots) and the title of its test. */
const BEHAVES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  AddLayerVersionPermission: {
    LayerName: 'LayerName and VersionNumber must name an own version that exists',
    VersionNumber: 'LayerName and VersionNumber must name an own version that exists',
    StatementId: 'StatementId must be new',
    Action: 'Action and Principal make the statement',
    Principal: 'Action and Principal make the statement',
    OrganizationId: 'OrganizationId becomes a condition',
    RevisionId: 'RevisionId must be that of the policy',
  },
  AddPermission: {
    FunctionName: 'FunctionName finds by name and ARN',
    StatementId: 'StatementId is unique within one policy',
    Action: 'Action is granted',
    Principal: 'Principal is a service, an account, an identity or everybody',
    SourceArn: 'SourceArn, SourceAccount, PrincipalOrgID and EventSourceToken become conditions',
    SourceAccount: 'SourceArn, SourceAccount, PrincipalOrgID and EventSourceToken become conditions',
    EventSourceToken: 'SourceArn, SourceAccount, PrincipalOrgID and EventSourceToken become conditions',
    PrincipalOrgID: 'SourceArn, SourceAccount, PrincipalOrgID and EventSourceToken become conditions',
    FunctionUrlAuthType: 'FunctionUrlAuthType and InvokedViaFunctionUrl become conditions',
    InvokedViaFunctionUrl: 'FunctionUrlAuthType and InvokedViaFunctionUrl become conditions',
    Qualifier: 'Qualifier selects the policy of a version or an alias',
    RevisionId: 'RevisionId must be the policy’s',
  },
  CreateAlias: {
    FunctionName: 'FunctionName names the function, never a version',
    Name: 'Name is unique within the function',
    FunctionVersion: 'FunctionVersion and RoutingConfig must be versions that exist and differ',
    Description: 'Description is stored',
    RoutingConfig: 'FunctionVersion and RoutingConfig must be versions that exist and differ',
  },
  CreateCodeSigningConfig: {
    Description: 'Description, AllowedPublishers and CodeSigningPolicies are stored, and Warn is the default',
    AllowedPublishers: 'Description, AllowedPublishers and CodeSigningPolicies are stored, and Warn is the default',
    CodeSigningPolicies: 'Description, AllowedPublishers and CodeSigningPolicies are stored, and Warn is the default',
    Tags: 'Tags are stored',
  },
  CreateFunction: {
    FunctionName: 'FunctionName may be a name, a partial or a full ARN; a qualifier is ignored',
    Runtime: 'Runtime is checked, stored and given a runtime version',
    Role: 'Role must be one of the account that Lambda can assume',
    Handler: 'Handler is stored, and mandatory',
    'Code.ZipFile': 'Code.ZipFile is stored under its SHA-256, and mandatory',
    'Code.S3Bucket': 'Code.S3Bucket and Code.S3Key name an object that the caller may read',
    'Code.S3Key': 'Code.S3Bucket and Code.S3Key name an object that the caller may read',
    Description: 'Description, Timeout, MemorySize and EphemeralStorage are stored',
    Timeout: 'Description, Timeout, MemorySize and EphemeralStorage are stored',
    MemorySize: 'Description, Timeout, MemorySize and EphemeralStorage are stored',
    EphemeralStorage: 'Description, Timeout, MemorySize and EphemeralStorage are stored',
    Environment: 'Environment is stored, shown when it was given, and limited',
    TracingConfig: 'TracingConfig and Architectures are stored',
    Architectures: 'TracingConfig and Architectures are stored',
    LoggingConfig: 'LoggingConfig is completed and stored',
    Layers: 'Layers are resolved in order, stored and shown, at most five',
    Tags: 'Tags are stored, at most 50',
    Publish: 'Publish makes version 1 at once',
    CodeSigningConfigArn: 'CodeSigningConfigArn is the configuration that code and layers are held against',
  },
  CreateFunctionUrlConfig: {
    FunctionName: 'FunctionName finds by name and ARN',
    Qualifier: 'Qualifier must be an alias that exists',
    AuthType: 'AuthType, Cors and InvokeMode are stored',
    Cors: 'AuthType, Cors and InvokeMode are stored',
    InvokeMode: 'AuthType, Cors and InvokeMode are stored',
  },
  DeleteAlias: {
    FunctionName: 'FunctionName and Name say which; one that does not exist is no error',
    Name: 'FunctionName and Name say which; one that does not exist is no error',
  },
  DeleteCodeSigningConfig: {
    CodeSigningConfigArn: 'CodeSigningConfigArn names what is deleted, unless a function has it',
  },
  DeleteEventSourceMapping: {
    UUID: 'UUID is that of no event source mapping',
  },
  DeleteFunction: {
    FunctionName: 'FunctionName names what is deleted',
    Qualifier: 'Qualifier deletes a version, never the function itself',
  },
  DeleteFunctionCodeSigningConfig: {
    FunctionName: 'FunctionName names the function, and a second time is no error',
  },
  DeleteFunctionConcurrency: { FunctionName: 'FunctionName finds by name and ARN, never a version' },
  DeleteFunctionEventInvokeConfig: {
    FunctionName: 'FunctionName and Qualifier name what is deleted',
    Qualifier: 'FunctionName and Qualifier name what is deleted',
  },
  DeleteFunctionUrlConfig: { FunctionName: 'FunctionName and Qualifier say whose', Qualifier: 'FunctionName and Qualifier say whose' },
  DeleteLayerVersion: {
    LayerName: 'LayerName and VersionNumber name what is deleted; a second time succeeds',
    VersionNumber: 'LayerName and VersionNumber name what is deleted; a second time succeeds',
  },
  DeleteProvisionedConcurrencyConfig: {
    FunctionName: 'FunctionName and Qualifier name what is ended',
    Qualifier: 'FunctionName and Qualifier name what is ended',
  },
  DeleteResourcePolicy: { ResourceArn: 'ResourceArn names what loses its policy', RevisionId: 'RevisionId must be the policy’s' },
  GetAccountSettings: {},
  GetAlias: {
    FunctionName: 'FunctionName and Name say which',
    Name: 'FunctionName and Name say which',
  },
  GetCodeSigningConfig: {
    CodeSigningConfigArn: 'CodeSigningConfigArn names a configuration of the account and region',
  },
  GetEventSourceMapping: {
    UUID: 'UUID is that of no event source mapping',
  },
  GetFunction: {
    FunctionName: 'FunctionName finds by name and ARN',
    Qualifier: 'Qualifier finds versions and aliases and is repeated in the ARN',
  },
  GetFunctionCodeSigningConfig: {
    FunctionName: 'FunctionName names the function, which may have none',
  },
  GetFunctionConcurrency: { FunctionName: 'FunctionName finds by name and ARN, never a version' },
  GetFunctionConfiguration: {
    FunctionName: 'FunctionName finds by name and ARN',
    Qualifier: 'Qualifier finds versions and aliases and is repeated in the ARN',
  },
  GetFunctionEventInvokeConfig: {
    FunctionName: 'FunctionName and Qualifier name the configuration',
    Qualifier: 'FunctionName and Qualifier name the configuration',
  },
  GetFunctionRecursionConfig: { FunctionName: 'FunctionName finds by name and ARN, never a version' },
  GetFunctionUrlConfig: { FunctionName: 'FunctionName and Qualifier say whose', Qualifier: 'FunctionName and Qualifier say whose' },
  GetLayerVersion: {
    LayerName: 'LayerName may be a name or an ARN',
    VersionNumber: 'VersionNumber must be one that exists',
  },
  GetLayerVersionByArn: { Arn: 'Arn finds the version' },
  GetLayerVersionPolicy: {
    LayerName: 'LayerName and VersionNumber must name an own version that exists',
    VersionNumber: 'LayerName and VersionNumber must name an own version that exists',
  },
  GetPolicy: {
    FunctionName: 'FunctionName finds by name and ARN',
    Qualifier: 'Qualifier selects the policy of a version or an alias',
  },
  GetProvisionedConcurrencyConfig: {
    FunctionName: 'FunctionName and Qualifier name an alias or a published version',
    Qualifier: 'FunctionName and Qualifier name an alias or a published version',
  },
  GetResourcePolicy: { ResourceArn: 'ResourceArn names a function, a version or an alias' },
  GetRuntimeManagementConfig: {
    FunctionName: 'FunctionName and Qualifier say whose',
    Qualifier: 'FunctionName and Qualifier say whose',
  },
  Invoke: {
    FunctionName: 'FunctionName finds by name and ARN',
    Qualifier: 'Qualifier selects the version, and unknown ones are not found',
    LogType: 'LogType Tail answers the end of the log',
    ClientContext: 'ClientContext reaches the function',
    Payload: 'Payload is the event',
    TenantId: 'TenantId is refused by a function without tenants',
  },
  InvokeWithResponseStream: {
    FunctionName: 'FunctionName and Qualifier select the version, and unknown ones are not found',
    Qualifier: 'FunctionName and Qualifier select the version, and unknown ones are not found',
    InvocationType: 'InvocationType DryRun checks and runs nothing',
    LogType: 'LogType Tail answers the end of the log with the end of the stream',
    ClientContext: 'ClientContext and Payload reach the function',
    Payload: 'ClientContext and Payload reach the function',
    TenantId: 'TenantId is refused by a function without tenants',
  },
  ListAliases: {
    FunctionName: 'FunctionName names the function, never a version',
    FunctionVersion: 'FunctionVersion selects the aliases that lead to it',
    Marker: 'Marker and MaxItems page through the aliases',
    MaxItems: 'Marker and MaxItems page through the aliases',
  },
  ListCodeSigningConfigs: {
    Marker: 'Marker and MaxItems page through all configurations of account and region',
    MaxItems: 'Marker and MaxItems page through all configurations of account and region',
  },
  ListEventSourceMappings: {
    FunctionName: 'FunctionName must exist, and EventSourceArn selects nothing',
    EventSourceArn: 'FunctionName must exist, and EventSourceArn selects nothing',
    Marker: 'Marker must be one of ours, MaxItems changes nothing',
    MaxItems: 'Marker must be one of ours, MaxItems changes nothing',
  },
  ListFunctionEventInvokeConfigs: {
    FunctionName: 'FunctionName names the function',
    Marker: 'Marker and MaxItems page through all configurations',
    MaxItems: 'Marker and MaxItems page through all configurations',
  },
  ListFunctionUrlConfigs: {
    FunctionName: 'FunctionName says whose',
    Marker: 'Marker and MaxItems page through the URLs',
    MaxItems: 'Marker and MaxItems page through the URLs',
  },
  ListFunctions: {
    MasterRegion: 'MasterRegion selects replicas, of which there are none',
    FunctionVersion: 'FunctionVersion ALL lists every version',
    Marker: 'Marker and MaxItems page through all functions',
    MaxItems: 'Marker and MaxItems page through all functions',
  },
  ListFunctionsByCodeSigningConfig: {
    CodeSigningConfigArn: 'CodeSigningConfigArn selects the functions that have it',
    Marker: 'Marker and MaxItems page through them',
    MaxItems: 'Marker and MaxItems page through them',
  },
  ListLayerVersions: {
    LayerName: 'LayerName may be a name or an ARN; an unknown layer has no versions',
    CompatibleRuntime: 'CompatibleRuntime and CompatibleArchitecture filter',
    CompatibleArchitecture: 'CompatibleRuntime and CompatibleArchitecture filter',
    Marker: 'Marker and MaxItems page through all versions, the newest first',
    MaxItems: 'Marker and MaxItems page through all versions, the newest first',
  },
  ListLayers: {
    CompatibleRuntime: 'CompatibleRuntime and CompatibleArchitecture select the newest version that has both',
    CompatibleArchitecture: 'CompatibleRuntime and CompatibleArchitecture select the newest version that has both',
    Marker: 'Marker and MaxItems page through all layers',
    MaxItems: 'Marker and MaxItems page through all layers',
  },
  ListProvisionedConcurrencyConfigs: {
    FunctionName: 'FunctionName names the function',
    Marker: 'Marker and MaxItems page through all aliases and versions',
    MaxItems: 'Marker and MaxItems page through all aliases and versions',
  },
  ListTags: { Resource: 'Resource names the function' },
  ListVersionsByFunction: {
    FunctionName: 'FunctionName names the function, never a version',
    Marker: 'Marker and MaxItems page through the versions',
    MaxItems: 'Marker and MaxItems page through the versions',
  },
  PublishLayerVersion: {
    LayerName: 'LayerName counts versions of its own, and may be an ARN of this account',
    'Content.ZipFile': 'Content.ZipFile is stored under its SHA-256, checked, and mandatory',
    'Content.S3Bucket': 'Content.S3Bucket and Content.S3Key name an object that the caller may read',
    'Content.S3Key': 'Content.S3Bucket and Content.S3Key name an object that the caller may read',
    Description: 'Description, LicenseInfo, CompatibleRuntimes and CompatibleArchitectures are stored',
    LicenseInfo: 'Description, LicenseInfo, CompatibleRuntimes and CompatibleArchitectures are stored',
    CompatibleRuntimes: 'Description, LicenseInfo, CompatibleRuntimes and CompatibleArchitectures are stored',
    CompatibleArchitectures: 'Description, LicenseInfo, CompatibleRuntimes and CompatibleArchitectures are stored',
  },
  PublishVersion: {
    FunctionName: 'FunctionName names the function, never a version',
    CodeSha256: 'CodeSha256 must be that of the present package',
    Description: 'Description is that of the version alone',
    RevisionId: 'RevisionId must be the latest',
  },
  PutFunctionCodeSigningConfig: {
    CodeSigningConfigArn: 'CodeSigningConfigArn and FunctionName must exist, and are put together',
    FunctionName: 'CodeSigningConfigArn and FunctionName must exist, and are put together',
  },
  PutFunctionConcurrency: {
    FunctionName: 'FunctionName finds by name and ARN, never a version',
    ReservedConcurrentExecutions: 'ReservedConcurrentExecutions is reserved, as far as 100 are left for all others',
  },
  PutFunctionEventInvokeConfig: {
    FunctionName: 'FunctionName and Qualifier name a function, a version or an alias',
    Qualifier: 'FunctionName and Qualifier name a function, a version or an alias',
    MaximumRetryAttempts: 'MaximumRetryAttempts and MaximumEventAgeInSeconds replace what was there, and one setting is needed',
    MaximumEventAgeInSeconds: 'MaximumRetryAttempts and MaximumEventAgeInSeconds replace what was there, and one setting is needed',
    DestinationConfig: 'DestinationConfig takes queues, topics, buses and other functions',
  },
  PutFunctionRecursionConfig: {
    FunctionName: 'FunctionName finds by name and ARN, never a version',
    RecursiveLoop: 'RecursiveLoop is stored',
  },
  PutProvisionedConcurrencyConfig: {
    FunctionName: 'FunctionName and Qualifier name an alias or a published version',
    Qualifier: 'FunctionName and Qualifier name an alias or a published version',
    ProvisionedConcurrentExecutions: 'ProvisionedConcurrentExecutions is provided, as far as function and account have it',
  },
  PutResourcePolicy: {
    ResourceArn: 'ResourceArn names a function, a version or an alias',
    Policy: 'Policy replaces the whole policy, and AddPermission adds to it',
    RevisionId: 'RevisionId must be the policy’s',
  },
  PutRuntimeManagementConfig: {
    FunctionName: 'FunctionName and Qualifier say whose',
    Qualifier: 'FunctionName and Qualifier say whose',
    UpdateRuntimeOn: 'UpdateRuntimeOn and RuntimeVersionArn are stored, and must go together',
    RuntimeVersionArn: 'UpdateRuntimeOn and RuntimeVersionArn are stored, and must go together',
  },
  RemoveLayerVersionPermission: {
    LayerName: 'LayerName and VersionNumber must name an own version that exists',
    VersionNumber: 'LayerName and VersionNumber must name an own version that exists',
    StatementId: 'StatementId is removed; the last one takes the policy with it',
    RevisionId: 'RevisionId must be that of the policy',
  },
  RemovePermission: {
    FunctionName: 'FunctionName and StatementId name what is removed',
    StatementId: 'FunctionName and StatementId name what is removed',
    Qualifier: 'Qualifier selects the policy of a version or an alias',
    RevisionId: 'RevisionId must be the policy’s',
  },
  TagResource: { Resource: 'Resource must be the ARN of a function', Tags: 'Tags are added and replaced, at most 50' },
  UntagResource: { Resource: 'Resource names the function', TagKeys: 'TagKeys are removed, unknown ones ignored' },
  UpdateAlias: {
    FunctionName: 'FunctionName and Name say which',
    Name: 'FunctionName and Name say which',
    FunctionVersion: 'FunctionVersion, Description and RoutingConfig change, the rest stays',
    Description: 'FunctionVersion, Description and RoutingConfig change, the rest stays',
    RoutingConfig: 'FunctionVersion, Description and RoutingConfig change, the rest stays',
    RevisionId: 'RevisionId must be the latest of the alias',
  },
  UpdateCodeSigningConfig: {
    CodeSigningConfigArn: 'CodeSigningConfigArn names a configuration of the account',
    Description: 'Description, AllowedPublishers and CodeSigningPolicies change, the rest stays',
    AllowedPublishers: 'Description, AllowedPublishers and CodeSigningPolicies change, the rest stays',
    CodeSigningPolicies: 'Description, AllowedPublishers and CodeSigningPolicies change, the rest stays',
  },
  UpdateFunctionCode: {
    FunctionName: 'FunctionName finds by name and ARN, never a version',
    ZipFile: 'ZipFile replaces the package, and is mandatory',
    S3Bucket: 'S3Bucket and S3Key name an object that the caller may read',
    S3Key: 'S3Bucket and S3Key name an object that the caller may read',
    Architectures: 'Architectures changes the architecture and with it the runtime version',
    DryRun: 'DryRun checks and changes nothing',
    Publish: 'Publish answers the version that is made of the new package',
    RevisionId: 'RevisionId must be the latest',
  },
  UpdateFunctionConfiguration: {
    FunctionName: 'FunctionName finds by name and ARN, never a version',
    Role: 'Role must be one of the account that Lambda can assume',
    Handler: 'Handler, Description, Timeout, MemorySize, EphemeralStorage and TracingConfig change, the rest stays',
    Description: 'Handler, Description, Timeout, MemorySize, EphemeralStorage and TracingConfig change, the rest stays',
    Timeout: 'Handler, Description, Timeout, MemorySize, EphemeralStorage and TracingConfig change, the rest stays',
    MemorySize: 'Handler, Description, Timeout, MemorySize, EphemeralStorage and TracingConfig change, the rest stays',
    EphemeralStorage: 'Handler, Description, Timeout, MemorySize, EphemeralStorage and TracingConfig change, the rest stays',
    TracingConfig: 'Handler, Description, Timeout, MemorySize, EphemeralStorage and TracingConfig change, the rest stays',
    Environment: 'Environment replaces all variables',
    Layers: 'Layers replaces all layers',
    Runtime: 'Runtime is checked and changes the runtime version',
    LoggingConfig: 'LoggingConfig changes what is given',
    RevisionId: 'RevisionId must be the latest',
  },
  UpdateFunctionEventInvokeConfig: {
    FunctionName: 'FunctionName and Qualifier name a configuration that exists',
    Qualifier: 'FunctionName and Qualifier name a configuration that exists',
    MaximumRetryAttempts: 'MaximumRetryAttempts, MaximumEventAgeInSeconds and DestinationConfig change, the rest stays',
    MaximumEventAgeInSeconds: 'MaximumRetryAttempts, MaximumEventAgeInSeconds and DestinationConfig change, the rest stays',
    DestinationConfig: 'MaximumRetryAttempts, MaximumEventAgeInSeconds and DestinationConfig change, the rest stays',
  },
  UpdateFunctionUrlConfig: {
    FunctionName: 'FunctionName and Qualifier say whose',
    Qualifier: 'FunctionName and Qualifier say whose',
    AuthType: 'AuthType, Cors and InvokeMode change when they are given',
    Cors: 'AuthType, Cors and InvokeMode change when they are given',
    InvokeMode: 'AuthType, Cors and InvokeMode change when they are given',
  },
};

/** Where Hearth knowingly differs from AWS, for the end of the page. */
export const KNOWN_DIFFERENCES: readonly string[] = [
  'Every file of a package can be read by the function: AWS keeps modes such as 0600, with which the function gets "permission denied".',
  'A package with the same path twice, or with a link that leads out of it, is refused.',
  'ListFunctions answers in the order of names.',
  'A runtime version ARN depends on runtime and architecture alone; AWS names a build.',
];

/** Parameters of an operation, by their paths. Empty for an operation that this table does not know. */
export function parityOf(operation: string): ReadonlyMap<string, ParameterParity> {
  const parity = new Map<string, ParameterParity>();
  for (const [path, title] of Object.entries(BEHAVES[operation] ?? {})) parity.set(path, { status: 'behaves', test: title });
  for (const parameter of REFUSED_PARAMETERS[operation] ?? []) parity.set(parameter.path, refused(parameter));
  return parity;
}

function refused({ harmless = [] }: RefusedParameter): ParameterParity {
  return { status: 'refused', except: harmless.map(String).join(', ') };
}

/** The test file of an operation, from the root of the repository. */
export function testFileOf(operation: string): string {
  const kebab = operation.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();
  return `src/services/lambda/operations/${kebab}.test.ts`;
}
