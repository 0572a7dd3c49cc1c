import type { CreateBucketCommandInput, CreateBucketCommandOutput } from '@aws-sdk/client-s3';
import { AwsError } from '#aws/errors.ts';
import type { Operation, RequestContext } from '#aws/service.ts';
import type { Clock } from '#base/clock.ts';
import { isBucketName } from '../bucket-name.ts';
import type { Buckets } from '../buckets.ts';
import { invalidBucketName } from '../s3-errors.ts';
import { checkSupported } from '../supported-members.ts';

/** Its clients have always been allowed to create buckets of any region by this one's endpoint. */
const FIRST_REGION = 'us-east-1';
const SUPPORTED = new Set(['CreateBucketConfiguration']);
const CONFIGURATION = new Set(['LocationConstraint']);

type Output = Omit<CreateBucketCommandOutput, '$metadata'>;

export function createBucket(deps: {
  readonly buckets: Pick<Buckets, 'find' | 'create'>;
  readonly clock: Clock;
}): Operation<CreateBucketCommandInput, Output> {
  return async (input, context) => {
    checkSupported(input, SUPPORTED);
    checkSupported(input.CreateBucketConfiguration ?? {}, CONFIGURATION);
    const name = input.Bucket ?? '';
    if (!isBucketName(name)) throw invalidBucketName(name);
    const region = regionOf(input.CreateBucketConfiguration?.LocationConstraint, context.region);
    const { accountId } = context.caller;
    if (!(await deps.buckets.create({ name, accountId, region, createdMs: deps.clock.wallMs() }))) {
      refuseTaken(name, context, deps.buckets);
    }
    return { Location: `/${name}`, BucketArn: `arn:aws:s3:::${name}` };
  };
}

/** Source: the errors of "CreateBucket". */
function regionOf(constraint: string | undefined, region: string): string {
  const wanted = constraint === 'EU' ? 'eu-west-1' : constraint;
  if (wanted === undefined || wanted === '') {
    if (region === FIRST_REGION) return region;
    throw illegalLocation('unspecified');
  }
  if (wanted === FIRST_REGION) {
    throw new AwsError('InvalidLocationConstraint', 'The specified location-constraint is not valid', {
      members: { LocationConstraint: wanted },
    });
  }
  if (region !== FIRST_REGION && wanted !== region) throw illegalLocation(wanted);
  return wanted;
}

function illegalLocation(constraint: string): AwsError {
  return new AwsError(
    'IllegalLocationConstraintException',
    `The ${constraint} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}

/** Creating one's own bucket again is no error in the first region: "for legacy compatibility", says AWS. */
function refuseTaken(name: string, context: RequestContext, buckets: Pick<Buckets, 'find'>): void {
  const taken = buckets.find(name);
  if (taken?.accountId !== context.caller.accountId) {
    throw new AwsError(
      'BucketAlreadyExists',
      'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
      { status: 409, members: { BucketName: name } },
    );
  }
  if (taken.region === FIRST_REGION && context.region === FIRST_REGION) return;
  throw new AwsError('BucketAlreadyOwnedByYou', 'Your previous request to create the named bucket succeeded and you already own it.', {
    status: 409,
    members: { BucketName: name },
  });
}
