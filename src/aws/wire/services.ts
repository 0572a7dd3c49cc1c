import type { ServiceName } from '#aws/service.ts';
import type { ServiceDefinition } from './service-definition.ts';

export interface KnownService extends ServiceDefinition {
  /** The SDK client that has the schemas. */
  readonly clientPackage: string;
  /** Whether records correct the generated constraint table: `constraints/<name>.overlay.json`. */
  readonly overlay: boolean;
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
    overlay: true,
  },
  iam: {
    clientPackage: '@aws-sdk/client-iam',
    signingName: 'iam',
    protocols: ['awsQuery', 'awsJson1_1', 'rpcv2Cbor'],
    apiVersion: '2010-05-08',
    xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    targetPrefix: 'AWSIdentityManagementV20100508',
    validationErrorCode: 'ValidationError',
    overlay: false,
  },
  sts: {
    clientPackage: '@aws-sdk/client-sts',
    signingName: 'sts',
    protocols: ['awsQuery', 'awsJson1_1', 'rpcv2Cbor'],
    apiVersion: '2011-06-15',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    targetPrefix: 'AWSSecurityTokenServiceV20110615',
    validationErrorCode: 'ValidationError',
    overlay: false,
  },
  logs: {
    clientPackage: '@aws-sdk/client-cloudwatch-logs',
    signingName: 'logs',
    protocols: ['awsJson1_1', 'awsJson1_0', 'rpcv2Cbor'],
    apiVersion: '2014-03-28',
    xmlNamespace: 'http://monitoring.amazonaws.com/doc/2014-03-28/',
    targetPrefix: 'Logs_20140328',
    validationErrorCode: 'InvalidParameterException',
    overlay: false,
  },
};
