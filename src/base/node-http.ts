/**
 * `node:http`, for those who make servers or requests. An `import` of it evaluates every export, and one of them loads a whole HTTP
 * client of another kind: 20 ms and some megabytes at each start. Types come from `import type` as ever.
 */
export const { createServer, request } = process.getBuiltinModule('node:http');
