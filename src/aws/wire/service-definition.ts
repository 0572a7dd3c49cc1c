/** The protocols that the wire can answer. `restJson1` and `restXml` route by method and path, the others carry the operation's name. */
export type ProtocolName = 'restJson1' | 'restXml' | 'awsJson1_0' | 'awsJson1_1' | 'awsQuery' | 'rpcv2Cbor';

/** What the SDK's schemas do not say about a service's wire. */
export interface ServiceDefinition {
  /** The name in the credential scope of a signature. */
  readonly signingName: string;
  /** What the service understands; the first is answered when a request does not show its protocol. */
  readonly protocols: readonly [ProtocolName, ...ProtocolName[]];
  /** `2015-03-31`. */
  readonly apiVersion: string;
  /** Namespace of the XML documents (awsQuery, restXml). */
  readonly xmlNamespace?: string;
  /** What stands before the dot in `x-amz-target` (awsJson). */
  readonly targetPrefix?: string;
  /** Prefix of `__type` in awsJson errors: `com.amazonaws.sqs`. None unless given. */
  readonly errorNamespace?: string;
  /** Whether errors of awsJson and rpcv2Cbor also carry their old awsQuery code in `x-amzn-query-error`. */
  readonly queryCompatible?: boolean;
  /** The code under which the service reports a violated constraint. */
  readonly validationErrorCode: string;
  /** Content type of a blob payload in an output, `application/octet-stream` unless given. */
  readonly blobContentType?: string;
  /** Stands before the path of each operation whose input has this label: `{ path: '/{Bucket}', label: 'Bucket' }`. */
  readonly pathPrefix?: { readonly path: string; readonly label: string };
  /** Operations (restXml) whose answer is the one element of their only member: `<LocationConstraint>eu-west-1</LocationConstraint>`. */
  readonly unwrappedOutputs?: readonly string[];
}
