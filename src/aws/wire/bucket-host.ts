/** A bucket's name as a part of a host name: labels of lower-case letters, digits and hyphens. */
const LABELS = '[a-z0-9][a-z0-9.-]*[a-z0-9]';
const REGION = '[a-z]{2}(?:-[a-z]+)+-\\d';

/** `s3.localhost`, `bucket.s3.eu-west-1.localhost`, `bucket.s3-eu-west-1.amazonaws.com`; the bucket is optional. */
const S3_HOST = new RegExp(`^(?:(${LABELS})\\.)?s3(?:[.-]${REGION})?\\.(localhost|localhost\\.localstack\\.cloud|amazonaws\\.com)$`);
/** What SDKs make of the endpoint `http://localhost:4566`. */
const BELOW_LOCALHOST = new RegExp(`^(${LABELS})\\.localhost$`);

/** The name in a Host header: without the port, lower case. */
function nameOf(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}

/** The bucket that the host of a request to S3 names; undefined when the bucket stands in the path. */
export function bucketOfHost(host: string): string | undefined {
  const name = nameOf(host);
  const known = S3_HOST.exec(name);
  if (known !== null) return known[1];
  return BELOW_LOCALHOST.exec(name)?.[1];
}

/** Whether the host can only be that of S3 or of one of its buckets. */
export function isS3Host(host: string): boolean {
  return S3_HOST.test(nameOf(host));
}

/** The region that such a host names. */
export function regionOfS3Host(host: string): string | undefined {
  return new RegExp(`(?:^|\\.)s3[.-](${REGION})\\.`).exec(nameOf(host))?.[1];
}
