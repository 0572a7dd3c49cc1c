'use strict';

// Finds the handler that the configuration names: `dir/file.export`, `file.a.b`, CommonJS or ES module, as AWS's clients do.

const fs = require('node:fs');
const path = require('node:path');
const Module = require('node:module');
const { runtimeError } = require('./errors.cjs');

// Error texts name the requiring file, and on AWS that is this one.
const requireUser = Module.createRequire('/var/runtime/index.mjs');

/** @returns the handler function. Rejects with a `Runtime.…` error, or with whatever the function's own code threw. */
async function loadHandler(root, name, options) {
  if (name.includes('..')) {
    throw runtimeError(
      'MalformedHandlerName',
      `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
      options,
    );
  }
  const base = path.basename(name);
  const match = /^([^.]*)\.(.*)$/.exec(base);
  if (match === null) throw runtimeError('MalformedHandlerName', 'Bad handler', options);
  const directory = name.slice(0, name.indexOf(base));
  const loaded = await loadModule({ root, directory, file: match[1] }, options);
  // A CommonJS function may still `import()`; where that needs a thread for the hooks, only ES modules pay for it.
  if (loaded.commonJs && typeof Module.registerHooks === 'function') require('./esm-node-path.cjs').install();
  const handler = options.promises
    ? (find(loaded.exports, match[2], isObject) ?? find(loaded.defaultExport, match[2], isObject))
    : find(loaded.exports, match[2], isThing);
  if (!handler) throw runtimeError('HandlerNotFound', `${name} is undefined or not exported`, options);
  if (typeof handler !== 'function') throw runtimeError('HandlerNotFound', `${name} is not a function`, options);
  return handler;
}

async function loadModule(place, options) {
  try {
    return await findModule(place, options);
  } catch (error) {
    if (error instanceof SyntaxError) {
      const failure = runtimeError('UserCodeSyntaxError', String(error), options);
      if (options.promises) failure.stack = error.stack;
      throw failure;
    }
    if (error?.code === 'MODULE_NOT_FOUND') throw runtimeError('ImportModuleError', String(error), options);
    throw error;
  }
}

async function findModule({ root, directory, file }, { promises }) {
  // The newer client imports also CommonJS, so that no requiring file is named in errors.
  const required = (found) => ofCommonJs(promises ? Module._load(found, null, false) : requireUser(found));
  const target = path.resolve(root, directory, file);
  if (fs.existsSync(target)) return required(target);
  const script = `${target}.js`;
  if (fs.existsSync(script)) return isInModulePackage(path.dirname(script)) ? imported(script) : requiredOrImported(script, required);
  if (fs.existsSync(`${target}.mjs`)) return imported(`${target}.mjs`);
  if (fs.existsSync(`${target}.cjs`)) return required(`${target}.cjs`);
  return ofCommonJs(requireUser(requireUser.resolve(file, { paths: [root, path.join(root, directory)] })));
}

function ofCommonJs(exports) {
  // As the namespace has it that `import` makes of a CommonJS module.
  return { exports, defaultExport: { default: exports }, commonJs: true };
}

/** A script may turn out to be an ES module with top-level await, where Node looks at the syntax; that cannot be required. */
async function requiredOrImported(file, required) {
  try {
    return required(file);
  } catch (error) {
    if (error?.code !== 'ERR_REQUIRE_ASYNC_MODULE') throw error;
    return imported(file);
  }
}

async function imported(file) {
  require('./esm-node-path.cjs').install();
  const exports = await import(require('node:url').pathToFileURL(file).href);
  return { exports, defaultExport: exports.default, commonJs: false };
}

/** Whether the nearest package.json says `"type": "module"`. One that cannot be read says nothing. */
function isInModulePackage(directory) {
  for (let folder = directory; !folder.endsWith('/node_modules'); folder = path.dirname(folder)) {
    const file = path.join(folder, 'package.json');
    if (fs.existsSync(file)) {
      try {
        return JSON.parse(fs.readFileSync(file, 'utf8'))?.type === 'module';
      } catch (error) {
        console.warn(`${file} cannot be read, it will be ignored for ES module detection purposes.`, error);
        return false;
      }
    }
    if (folder === path.dirname(folder)) return false;
  }
  return false;
}

function find(object, names, descends) {
  let found = object;
  for (const key of names.split('.')) found = descends(found) ? found[key] : undefined;
  return found;
}

function isObject(value) {
  return typeof value === 'object' && value !== null;
}

function isThing(value) {
  return value !== undefined && value !== null;
}

module.exports = { loadHandler };
