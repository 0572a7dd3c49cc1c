'use strict';

// Entry of the Node.js runtimes (Node 16 to 26): loads the handler, then serves one invocation after the other. Nothing here
// depends on a package, and what is rarely needed is required late: every millisecond here is a part of each cold start.
//
// AWS runs two generations of its client, which functions can tell apart: with callbacks up to nodejs22.x, without from
// nodejs24.x on. `promises` below is the newer one.

const env = process.env;
const majorVersion = Number(/^AWS_Lambda_nodejs(\d+)/.exec(env.AWS_EXECUTION_ENV ?? '')?.[1] ?? process.versions.node.split('.')[0]);
const promises = majorVersion >= 24;
if (takeVariable('_HEARTH_PARKED') !== undefined) {
  // What every function needs is loaded by now.
  require('./globals.cjs');
  require(promises ? './promise-processor.cjs' : './callback-processor.cjs');
  require('./framed-channel.cjs').waitForRole(Number(env._HEARTH_CHANNEL_FD));
}
const channelFd = takeVariable('_HEARTH_CHANNEL_FD');
const givenRuntimeApi = takeVariable('_HEARTH_RUNTIME_API_GIVEN');
// A wrapper or an extension may have put itself between the runtime and the Runtime API: then it must see HTTP.
const framed =
  channelFd !== undefined &&
  env.AWS_LAMBDA_EXEC_WRAPPER === undefined &&
  (givenRuntimeApi ?? env.AWS_LAMBDA_RUNTIME_API) === env.AWS_LAMBDA_RUNTIME_API;

const log = require('./log.cjs');
const channel = framed
  ? require('./framed-channel.cjs').open(Number(channelFd))
  : require('./http-channel.cjs').open(env.AWS_LAMBDA_RUNTIME_API);

log.patchConsole({ promises });
require('./globals.cjs').install({ promises });
require('./invocation-context.cjs').readEnvironment();
const processor = promises ? require('./promise-processor.cjs') : require('./callback-processor.cjs');
void processor.run({ channel, root: env.LAMBDA_TASK_ROOT ?? process.cwd(), handler: env._HANDLER ?? '' });

function takeVariable(name) {
  const value = env[name];
  delete env[name];
  return value;
}
