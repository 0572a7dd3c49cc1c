'use strict';

// The context object, in the order of members that AWS's clients give it.

const env = process.env;
let ofEnvironment;

/** Before the function's code can change its environment. */
function readEnvironment() {
  ofEnvironment = {
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
  };
}

function publishTraceId(traceId) {
  if (traceId) env._X_AMZN_TRACE_ID = traceId;
  else delete env._X_AMZN_TRACE_ID;
}

/** @throws when the client context or the identity is no JSON */
function promiseContext(meta) {
  const { deadlineMs } = meta;
  return {
    clientContext: parsed(meta.clientContext, (error) =>
      platformError(`Failed to parse lambda-runtime-client-context as JSON: ${error.message}`),
    ),
    identity: parsed(meta.cognitoIdentity, (error) =>
      platformError(`Failed to parse lambda-runtime-cognito-identity as JSON: ${error.message}`),
    ),
    invokedFunctionArn: meta.functionArn,
    awsRequestId: meta.requestId,
    tenantId: meta.tenantId,
    xRayTraceId: meta.traceId,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
    functionName: ofEnvironment.functionName,
    functionVersion: ofEnvironment.functionVersion,
    memoryLimitInMB: ofEnvironment.memoryLimitInMB,
    logGroupName: ofEnvironment.logGroupName,
    logStreamName: ofEnvironment.logStreamName,
  };
}

/** `completion` holds `succeed`, `fail` and `done`; a streaming handler has none of them. @throws as `promiseContext` */
function callbackContext(meta, completion) {
  const { deadlineMs } = meta;
  return {
    callbackWaitsForEmptyEventLoop: true,
    ...completion,
    functionVersion: ofEnvironment.functionVersion,
    functionName: ofEnvironment.functionName,
    memoryLimitInMB: ofEnvironment.memoryLimitInMB,
    logGroupName: ofEnvironment.logGroupName,
    logStreamName: ofEnvironment.logStreamName,
    clientContext: parsed(meta.clientContext, (error) => new Error(`Cannot parse ClientContext as json: ${error}`)),
    identity: parsed(meta.cognitoIdentity, (error) => new Error(`Cannot parse CognitoIdentity as json: ${error}`)),
    invokedFunctionArn: meta.functionArn,
    awsRequestId: meta.requestId,
    tenantId: meta.tenantId,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
}

function parsed(text, failure) {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw failure(error);
  }
}

function platformError(message) {
  return require('./errors.cjs').runtimeError('PlatformError', message, { promises: true });
}

module.exports = { readEnvironment, promiseContext, callbackContext, publishTraceId };
