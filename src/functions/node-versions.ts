/**
 * Exact versions of Node.js by major version, fetched as npm packages when a function first needs them. The daemon's own major
 * version is here, too, for one that runs on another.
 */
export const NODE_VERSIONS: Readonly<Record<string, string>> = {
  16: '16.20.2',
  18: '18.20.8',
  20: '20.20.2',
  22: '22.23.3',
  24: '24.21.0',
  26: '26.10.0',
};
