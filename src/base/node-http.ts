/**
 * `node:http`, for those who make servers. An `import` of it evaluates every export, and one of them loads a whole HTTP client of
 * another kind: 20 ms and some megabytes at each start. Types come from `import type` as ever.
 */
export const { createServer } = process.getBuiltinModule('node:http');
