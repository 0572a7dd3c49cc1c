/** Limits of an execution environment that are not configurable per function. Source: "Lambda quotas" and recorded errors. */

/** Largest response of a synchronous invocation in bytes: 6 MiB and the 100 bytes of slack that the service grants. */
export const MAX_RESPONSE_BYTES = 6 * 1024 * 1024 + 100;

/** Largest streamed response in bytes ("Lambda quotas": 200 MB). */
export const MAX_STREAMED_RESPONSE_BYTES = 200 * 1024 * 1024;

/** Time for the init phase of an on-demand environment; a longer one is repeated inside the first invocation. */
export const INIT_TIMEOUT_MS = 10_000;

/** The same where environments are made ahead of time ("up to 15 minutes" with provisioned concurrency). */
export const PROVISIONED_INIT_TIMEOUT_MS = 900_000;

/** Memory that buys one whole vCPU ("Configure Lambda function memory"). */
export const MEMORY_MB_PER_VCPU = 1769;

/** Least memory that a function can have. */
export const LEAST_MEMORY_MB = 128;

/** Most vCPUs that an environment can have. */
export const MAX_VCPUS = 6;

export const MAX_PROCESSES = 1024;
export const MAX_OPEN_FILES = 1024;
