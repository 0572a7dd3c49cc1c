'use strict';

// AWS's Node.js runtimes resolve packages along NODE_PATH for `import` as well, which Node itself does for `require` only: that is how
// an ES module finds the AWS SDK and the packages of layers. The function's own node_modules come first.

const { pathToFileURL } = require('node:url');

/** A file beside each node_modules folder of NODE_PATH: resolving from there finds its packages. */
function neighbours() {
  const folders = (process.env.NODE_PATH ?? '').split(':').filter((folder) => folder.endsWith('/node_modules'));
  return folders.map((folder) => pathToFileURL(`${folder.slice(0, -'node_modules'.length)}_.mjs`).href);
}

function isBare(specifier) {
  return !/^(\.{0,2}\/|#|[a-z][a-z+.-]*:)/.test(specifier);
}

function install() {
  const module = require('node:module');
  const parents = neighbours();
  if (typeof module.registerHooks === 'function') {
    module.registerHooks({ resolve: (specifier, context, next) => resolveSync(specifier, context, next, parents) });
  } else if (typeof module.register === 'function') {
    // Before Node 22.15: the hooks run in a thread, which only functions that are ES modules pay for.
    module.register('./esm-node-path-hooks.mjs', { parentURL: pathToFileURL(__filename).href, data: { parents } });
  }
}

function resolveSync(specifier, context, next, parents) {
  try {
    return next(specifier, context);
  } catch (error) {
    if (error?.code !== 'ERR_MODULE_NOT_FOUND' || !isBare(specifier)) throw error;
    for (const parentURL of parents) {
      try {
        return next(specifier, { ...context, parentURL });
      } catch (other) {
        if (other?.code !== 'ERR_MODULE_NOT_FOUND') throw other;
      }
    }
    throw error;
  }
}

module.exports = { install, isBare };
