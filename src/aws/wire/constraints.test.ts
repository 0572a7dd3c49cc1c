import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applyOverlay, loadConstraintTable } from './constraint-table.ts';
import { compileInputCheck, validationMessage } from './constraints.ts';
import { type Member, readServiceModel, type Shape, type StructureShape } from './schema.ts';
import { loadSchemaModule } from './schema-loader.ts';
import { UnreadableInput } from './unreadable-input.ts';

const model = readServiceModel(await loadSchemaModule('@aws-sdk/client-lambda'));
const table = await loadConstraintTable('lambda', { overlay: true });

function messageFor(operation: string, input: Record<string, unknown>): string | undefined {
  const schema = model.operations.get(operation);
  assert.ok(schema);
  const violations = compileInputCheck(schema.input, table)(input);
  return violations.length === 0 ? undefined : validationMessage(violations);
}

const CREATE = { FunctionName: 'f', Role: 'arn:aws:iam::111111111111:role/r', Code: {} };
const LAYER = 'arn:aws:lambda:us-east-1:111111111111:layer:l';
const LAYER_PATTERN =
  '(arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)';
const NAME_PATTERN =
  '(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?';
const NAMESPACED_PATTERN =
  '(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?';
const RUNTIMES =
  'nodejs20.x, python3.14, provided.al2023, python3.12, python3.13, nodejs24.x, nodejs22.x, java25, python3.10, python3.11, java21, ruby3.3, ruby3.4, ruby3.2, python3.8, python3.9, java17, nodejs16.x, dotnet10, dotnet8, java11, dotnet6, nodejs18.x, provided.al2, java8.al2';
const INTERNAL_RUNTIMES =
  'ruby3.5, ruby2.6, dotnetcore1.0, python3.7, nodejs8.10, nasa, ruby2.7, python2.7-greengrass, dotnetcore2.0, python3.8, java21, dotnet6, dotnetcore2.1, python3.9, java11, nodejs6.10, provided, dotnetcore3.1, dotnet8, java25, java17, nodejs, nodejs4.3, java8.al2, go1.x, dotnet10, nodejs20.x, go1.9, byol, nodejs10.x, provided.al2023, nodejs22.x, python3.10, java8, nodejs12.x, python3.11, nodejs24.x, nodejs8.x, python3.12, nodejs14.x, nodejs8.9, nodejs26.x, python3.13, python3.14, nodejs16.x, python3.15, provided.al2, nodejs4.3-edge, nodejs18.x, ruby3.2, python3.4, ruby3.3, ruby3.4, ruby2.5, python3.6, python2.7';
const URL_QUALIFIER = 'Member must satisfy regular expression pattern: ((?!^\\d+$)^[0-9a-zA-Z-_]+$)';
const DESTINATION =
  '$|kafka://([^.]([a-zA-Z0-9\\-_.]{0,248}))|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)';
const TAGGABLE =
  'arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:(function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|capacity-provider:[a-zA-Z0-9-_]+)';
const LONG_NAME = `arn:aws:lambda:invalid-region:111111111111:function:my-function-${'a'.repeat(170)}`;
const LONG_QUALIFIER = 'a'.repeat(129);

/** The texts are AWS's own, from the recorded tests of the Lambda API. */
const recorded: readonly (readonly [test: string, operation: string, input: Record<string, unknown>, message: string])[] = [
  [
    'test_update_lambda_exceptions invalid_role_arn_exc',
    'UpdateFunctionConfiguration',
    { FunctionName: 'f', Role: 'r1' },
    "1 validation error detected: Value 'r1' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+",
  ],
  [
    'test_function_name_and_qualifier_validation function_name_is_single_invalid-get_function',
    'GetFunction',
    { FunctionName: '*' },
    `1 validation error detected: Value '*' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: ${NAMESPACED_PATTERN}`,
  ],
  [
    'test_function_name_and_qualifier_validation function_name_is_single_invalid-create_function',
    'CreateFunction',
    { ...CREATE, FunctionName: '*' },
    `1 validation error detected: Value '*' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: ${NAME_PATTERN}`,
  ],
  [
    'test_function_name_and_qualifier_validation invalid_characters_in_qualifier-invoke',
    'Invoke',
    { FunctionName: 'my-function', Qualifier: 'invalid!' },
    "1 validation error detected: Value 'invalid!' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: \\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+",
  ],
  [
    'test_function_name_and_qualifier_validation qualifier_too_long-delete_function',
    'DeleteFunction',
    { FunctionName: 'my-function', Qualifier: LONG_QUALIFIER },
    `1 validation error detected: Value '${LONG_QUALIFIER}' at 'qualifier' failed to satisfy constraint: Member must have length less than or equal to 128`,
  ],
  [
    'test_function_name_and_qualifier_validation full_arn_and_qualifier_too_long_and_invalid_region-get_function',
    'GetFunction',
    { FunctionName: LONG_NAME, Qualifier: LONG_QUALIFIER },
    `2 validation errors detected: Value '${LONG_QUALIFIER}' at 'qualifier' failed to satisfy constraint: Member must have length less than or equal to 128; ` +
      `Value '${LONG_NAME}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: ${NAMESPACED_PATTERN}`,
  ],
  [
    'test_function_name_and_qualifier_validation function_name_too_long_and_invalid_region-create_function',
    'CreateFunction',
    { ...CREATE, FunctionName: LONG_NAME },
    `2 validation errors detected: Value '${LONG_NAME}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 140; ` +
      `Value '${LONG_NAME}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: ${NAME_PATTERN}`,
  ],
  [
    'test_invalid_vpc_config_subnet create-response-invalid-format-subnet-id',
    'CreateFunction',
    { ...CREATE, VpcConfig: { SubnetIds: ['bad-1'], SecurityGroupIds: ['sg-1'] } },
    "1 validation error detected: Value '[bad-1]' at 'vpcConfig.subnetIds' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: subnet-[0-9a-z]*]",
  ],
  [
    'test_invalid_vpc_config_security_group create-response-invalid-format-security-group',
    'CreateFunction',
    { ...CREATE, VpcConfig: { SubnetIds: ['subnet-1'], SecurityGroupIds: ['bad-2'] } },
    "1 validation error detected: Value '[bad-2]' at 'vpcConfig.securityGroupIds' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: sg-[0-9a-zA-Z]*]",
  ],
  [
    'test_notfound_and_invalid_routingconfigs routing_config_exc_toohigh',
    'CreateAlias',
    { FunctionName: 'f', Name: 'a', FunctionVersion: '1', RoutingConfig: { AdditionalVersionWeights: { 2: 2 } } },
    "1 validation error detected: Value '{2=2.0}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]",
  ],
  [
    'test_notfound_and_invalid_routingconfigs routing_config_exc_subzero',
    'CreateAlias',
    { FunctionName: 'f', Name: 'a', FunctionVersion: '1', RoutingConfig: { AdditionalVersionWeights: { 2: -1 } } },
    "1 validation error detected: Value '{2=-1.0}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]",
  ],
  [
    'test_notfound_and_invalid_routingconfigs routing_config_exc_version_latest',
    'CreateAlias',
    { FunctionName: 'f', Name: 'a', FunctionVersion: '1', RoutingConfig: { AdditionalVersionWeights: { $LATEST: 0.5 } } },
    "1 validation error detected: Value '{$LATEST=0.5}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+]",
  ],
  [
    'test_alias_naming create_alias_number_exception',
    'CreateAlias',
    { FunctionName: 'f', Name: '2024', FunctionVersion: '1' },
    "1 validation error detected: Value '2024' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)",
  ],
  [
    'test_lambda_eventinvokeconfig_exceptions put_destination_invalid_arn_pattern',
    'PutFunctionEventInvokeConfig',
    { FunctionName: 'f', DestinationConfig: { OnFailure: { Destination: 'arn:aws:_-/!lambda:us-east-1:111111111111:function:f' } } },
    `1 validation error detected: Value 'arn:aws:_-/!lambda:us-east-1:111111111111:function:f' at 'destinationConfig.onFailure.destination' failed to satisfy constraint: Member must satisfy regular expression pattern: ${DESTINATION}`,
  ],
  [
    'test_url_config_exceptions create_function_url_config_qualifier_latest',
    'CreateFunctionUrlConfig',
    { FunctionName: 'f', AuthType: 'NONE', Qualifier: '$LATEST' },
    `1 validation error detected: Value '$LATEST' at 'qualifier' failed to satisfy constraint: ${URL_QUALIFIER}`,
  ],
  [
    'test_create_event_source_validation invalid_starting_position',
    'CreateEventSourceMapping',
    { FunctionName: 'f', StartingPosition: 'invalid' },
    "1 validation error detected: Value 'invalid' at 'startingPosition' failed to satisfy constraint: Member must satisfy enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]",
  ],
  [
    'test_tag_exceptions tag_lambda_invalidarn',
    'TagResource',
    { Resource: 'arn:aws:something', Tags: { a: 'b' } },
    `1 validation error detected: Value 'arn:aws:something' at 'resource' failed to satisfy constraint: Member must satisfy regular expression pattern: ${TAGGABLE}`,
  ],
  [
    'test_tag_exceptions untag_empty_keys',
    'UntagResource',
    { Resource: 'arn:aws:lambda:us-east-1:111111111111:function:f' },
    "1 validation error detected: Value null at 'tagKeys' failed to satisfy constraint: Member must not be null",
  ],
  [
    'test_provisioned_concurrency_exceptions put_provisioned_invalid_param_0',
    'PutProvisionedConcurrencyConfig',
    { FunctionName: 'f', Qualifier: '1', ProvisionedConcurrentExecutions: 0 },
    "1 validation error detected: Value '0' at 'provisionedConcurrentExecutions' failed to satisfy constraint: Member must have value greater than or equal to 1",
  ],
  [
    'test_layer_exceptions list_layers_exc_compatibleruntime_invalid',
    'ListLayers',
    { CompatibleRuntime: 'runtimedoesnotexist' },
    `1 validation error detected: Value 'runtimedoesnotexist' at 'compatibleRuntime' failed to satisfy constraint: Member must satisfy enum value set: [${INTERNAL_RUNTIMES}]`,
  ],
  [
    'test_layer_exceptions list_layers_exc_compatiblearchitecture_invalid',
    'ListLayers',
    { CompatibleArchitecture: 'archdoesnotexist' },
    "1 validation error detected: Value 'archdoesnotexist' at 'compatibleArchitecture' failed to satisfy constraint: Member must satisfy enum value set: [x86_64, arm64]",
  ],
  [
    'test_layer_exceptions get_layer_version_by_arn_exc_invalidarn',
    'GetLayerVersionByArn',
    { Arn: LAYER },
    `1 validation error detected: Value '${LAYER}' at 'arn' failed to satisfy constraint: Member must satisfy regular expression pattern: ${LAYER_PATTERN}`,
  ],
  [
    'test_layer_exceptions publish_layer_version_exc_partially_invalid_values',
    'PublishLayerVersion',
    {
      LayerName: 'l',
      Content: {},
      CompatibleRuntimes: ['invalidruntime', 'invalidruntime2', 'nodejs20.x'],
      CompatibleArchitectures: ['invalidarch', 'x86_64'],
    },
    `2 validation errors detected: Value '[invalidruntime, invalidruntime2, nodejs20.x]' at 'compatibleRuntimes' failed to satisfy constraint: Member must satisfy enum value set: [${RUNTIMES}]; ` +
      "Value '[invalidarch, x86_64]' at 'compatibleArchitectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]",
  ],
  [
    'test_layer_policy_exceptions layer_permission_action_invalid',
    'AddLayerVersionPermission',
    { LayerName: 'l', VersionNumber: 1, StatementId: 's', Action: '*', Principal: '*' },
    "1 validation error detected: Value '*' at 'action' failed to satisfy constraint: Member must satisfy regular expression pattern: lambda:GetLayerVersion",
  ],
  [
    'test_layer_function_exceptions add_layer_arn_without_version_exc',
    'CreateFunction',
    { ...CREATE, Layers: [LAYER] },
    `1 validation error detected: Value '[${LAYER}]' at 'layers' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 2048, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: ${LAYER_PATTERN}, Member must not be null]`,
  ],
];

describe('validation messages as AWS was recorded to write them', () => {
  for (const [name, operation, input, message] of recorded) {
    test(name, () => assert.equal(messageFor(operation, input), message));
  }
});

describe('what AWS was recorded to let pass here and refuse in the service', () => {
  test('an unknown runtime of a function', () => {
    assert.equal(messageFor('CreateFunction', { ...CREATE, Runtime: 'non-existent-runtime' }), undefined);
    assert.equal(messageFor('UpdateFunctionConfiguration', { FunctionName: 'f', Runtime: 'PYTHON3.9' }), undefined);
  });
  test('a function name of 65 characters, and a mapping without a starting position', () => {
    assert.equal(messageFor('CreateFunction', { ...CREATE, FunctionName: 'a'.repeat(65) }), undefined);
    assert.equal(messageFor('CreateEventSourceMapping', { FunctionName: 'f' }), undefined);
  });
  test('runtimes of a layer that the error text does not name (recorded by test_layer_compatibilities)', () => {
    const publish = (...CompatibleRuntimes: string[]): string | undefined =>
      messageFor('PublishLayerVersion', { LayerName: 'l', Content: {}, CompatibleRuntimes });
    assert.equal(publish('nodejs14.x', 'python3.7', 'java8', 'dotnetcore3.1', 'go1.x', 'ruby2.7', 'provided', 'ruby4.0'), undefined);
    assert.match(
      publish('nodejs14.x', 'nasa') ?? '',
      /^1 validation error detected: Value '\[nodejs14\.x, nasa\]' at 'compatibleRuntimes'/,
    );
    assert.equal(messageFor('ListLayers', { CompatibleRuntime: 'java17.al2023' }), undefined);
  });
  test('layers beyond five, weights for two versions', () => {
    assert.equal(messageFor('CreateFunction', { ...CREATE, Layers: Array.from({ length: 6 }, () => `${LAYER}:1`) }), undefined);
    const RoutingConfig = { AdditionalVersionWeights: { 1: 0.1, 2: 0.1 } };
    assert.equal(messageFor('CreateAlias', { FunctionName: 'f', Name: 'a', FunctionVersion: '1', RoutingConfig }), undefined);
  });
});

describe('compileInputCheck', () => {
  const scalar = (kind: 'string' | 'number'): Shape => ({ kind, timestampFormat: undefined, streaming: false });
  const member = (name: string, shape: Shape, required = false): Member => ({ name, shape, required, traits: {} });
  const structure = (name: string, ...members: Member[]): StructureShape => ({
    kind: 'structure',
    name,
    union: false,
    error: false,
    traits: {},
    members,
  });
  const list = (shape: Shape): Shape => ({ kind: 'list', member: member('member', shape), sparse: false });
  const map = (shape: Shape): Shape => ({
    kind: 'map',
    key: member('key', scalar('string')),
    value: member('value', shape),
    sparse: false,
  });

  test('names elements by their number from one, and values of maps by their key', () => {
    const tag = structure('Tag', member('Key', scalar('string'), true));
    const check = compileInputCheck(structure('Request', member('Tags', list(tag)), member('ByName', map(tag))), {
      shapes: {},
      structures: {},
    });
    assert.deepEqual(check({ Tags: [{ Key: 'a' }, {}], ByName: { x: {} } }), [
      "Value null at 'byName.x.member.key' failed to satisfy constraint: Member must not be null",
      "Value null at 'tags.2.member.key' failed to satisfy constraint: Member must not be null",
    ]);
  });

  test('never repeats a sensitive value', () => {
    assert.equal(
      messageFor('CreateFunction', { ...CREATE, Environment: { Variables: { '1BAD': 'secret' } } }),
      "1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]",
    );
  });

  test('a null among the elements is a violation', () => {
    assert.match(
      messageFor('UntagResource', { Resource: 'arn:aws:lambda:us-east-1:111111111111:function:f', TagKeys: [null] }) ?? '',
      /Value '\[null\]' at 'tagKeys'/,
    );
  });

  test('a whole number must be whole', () => {
    assert.throws(() => messageFor('CreateFunction', { ...CREATE, Timeout: 1.5 }), UnreadableInput);
  });

  test('a recursive structure is followed to its end', () => {
    const members: Member[] = [member('Name', scalar('string'), true)];
    const node: StructureShape = { ...structure('Node'), members };
    members.push(member('Next', node));
    const check = compileInputCheck(node, { shapes: {}, structures: {} });
    assert.deepEqual(check({ Name: 'a', Next: { Name: 'b', Next: {} } }), [
      "Value null at 'next.next.name' failed to satisfy constraint: Member must not be null",
    ]);
  });
});

describe('applyOverlay', () => {
  const base = { shapes: { Name: { min: 1, pattern: 'a' } }, structures: { Request: { One: 'Name', Two: 'Name' } } };
  test('changes the named properties of a shape, and the shape of a member', () => {
    const changed = applyOverlay(base, [
      { record: 'r', shape: 'Name', set: { pattern: 'b' } },
      { record: 'r', member: 'Request.One', use: 'Other' },
      { record: 'r', member: 'Request.Two', use: null },
    ]);
    assert.deepEqual(changed, { shapes: { Name: { min: 1, pattern: 'b' } }, structures: { Request: { One: 'Other' } } });
  });
});
