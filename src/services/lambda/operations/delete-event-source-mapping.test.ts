import { test } from 'node:test';
import { rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { deleteEventSourceMapping } from './delete-event-source-mapping.ts';

test('UUID is that of no event source mapping', async () => {
  await rejectsWith(() => deleteEventSourceMapping({})({ UUID: '00000000-0000-4000-8000-000000000000' }, requestContext()), {
    code: 'ResourceNotFoundException',
    status: 404,
    message: 'The resource you requested does not exist.',
  });
});
