import { registerHooks } from 'node:module';
import type { SchemaModule } from './schema.ts';

/**
 * Loads the schemas module of an SDK client, and nothing else of it: a client's barrel costs five times the time and memory.
 * The clients' modules import each other without file extensions, which only a bundler understands: for the time of this one
 * import a hook appends what is missing.
 *
 * @param clientPackage `@aws-sdk/client-lambda`
 */
export async function loadSchemaModule(clientPackage: string): Promise<SchemaModule> {
  const inside = `/node_modules/${clientPackage}/`;
  const hooks = registerHooks({
    resolve(specifier, context, nextResolve) {
      const bare = specifier.startsWith('.') && !specifier.endsWith('.js') && context.parentURL?.includes(inside) === true;
      return nextResolve(bare ? `${specifier}.js` : specifier, context);
    },
  });
  try {
    return (await import(`${clientPackage}/dist-es/schemas/schemas_0.js`)) as SchemaModule;
  } finally {
    hooks.deregister();
  }
}
