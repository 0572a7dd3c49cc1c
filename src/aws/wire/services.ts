import type { ServiceName } from '#aws/service.ts';
import type { ServiceDefinition } from './service-definition.ts';

export interface KnownService extends ServiceDefinition {
  /** The SDK client that has the schemas. */
  readonly clientPackage: string;
  /**
   * Whether there is a generated table of constraints (`constraints/<name>.json`), and one that corrects it by records
   * (`<name>.overlay.json`). S3 has none: it refuses each value in words of its own.
   */
  readonly constraints: 'generated' | 'corrected' | 'none';
}

/**
 * The services that Hearth speaks. Namespaces, versions and target prefixes are those of the public service models; protocols
 * beyond the model's own are accepted because the same shapes can be read from them and clients may move to them.
 */
export const services: Readonly<Record<ServiceName, KnownService>> = {
  lambda: {
    clientPackage: '@aws-sdk/client-lambda',
    signingName: 'lambda',
    protocols: ['restJson1'],
    apiVersion: '2015-03-31',
    validationErrorCode: 'ValidationException',
    // Invoke answers `application/json` whatever the function returned.
    blobContentType: 'application/json',
    constraints: 'corrected',
  },
  iam: {
    clientPackage: '@aws-sdk/client-iam',
    signingName: 'iam',
    protocols: ['awsQuery', 'awsJson1_1', 'rpcv2Cbor'],
    apiVersion: '2010-05-08',
    xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    targetPrefix: 'AWSIdentityManagementV20100508',
    validationErrorCode: 'ValidationError',
    constraints: 'generated',
  },
  sts: {
    clientPackage: '@aws-sdk/client-sts',
    signingName: 'sts',
    protocols: ['awsQuery', 'awsJson1_1', 'rpcv2Cbor'],
    apiVersion: '2011-06-15',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    targetPrefix: 'AWSSecurityTokenServiceV20110615',
    validationErrorCode: 'ValidationError',
    constraints: 'generated',
  },
  logs: {
    clientPackage: '@aws-sdk/client-cloudwatch-logs',
    signingName: 'logs',
    protocols: ['awsJson1_1', 'awsJson1_0', 'rpcv2Cbor'],
    apiVersion: '2014-03-28',
    xmlNamespace: 'http://monitoring.amazonaws.com/doc/2014-03-28/',
    targetPrefix: 'Logs_20140328',
    validationErrorCode: 'InvalidParameterException',
    constraints: 'generated',
  },
  s3: {
    clientPackage: '@aws-sdk/client-s3',
    signingName: 's3',
    protocols: ['restXml'],
    apiVersion: '2006-03-01',
    xmlNamespace: 'http://s3.amazonaws.com/doc/2006-03-01/',
    validationErrorCode: 'InvalidArgument',
    pathPrefix: { path: '/{Bucket}', label: 'Bucket' },
    unwrappedOutputs: ['GetBucketLocation'],
    constraints: 'none',
  },
  'application-autoscaling': {
    clientPackage: '@aws-sdk/client-application-auto-scaling',
    signingName: 'application-autoscaling',
    protocols: ['awsJson1_1', 'awsJson1_0', 'rpcv2Cbor'],
    apiVersion: '2016-02-06',
    xmlNamespace: 'http://autoscaling.amazonaws.com/doc/2016-02-06/',
    targetPrefix: 'AnyScaleFrontendService',
    validationErrorCode: 'ValidationException',
    constraints: 'generated',
  },
  signer: {
    clientPackage: '@aws-sdk/client-signer',
    signingName: 'signer',
    protocols: ['restJson1'],
    apiVersion: '2017-08-25',
    validationErrorCode: 'ValidationException',
    constraints: 'generated',
  },
};
