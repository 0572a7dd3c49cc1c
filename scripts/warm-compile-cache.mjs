// Loads what a start and its first request load, so that the compile cache is filled before them.
import { enableCompileCache } from '../bin/compile-cache.mjs';

enableCompileCache();
await import('../src/cli/run-cli.ts');
await import('../src/cli/start.ts');
await import('../src/platform.ts');
await import('../src/sandboxes/host-driver.ts');
await import('../src/sandbox-host/server.ts');
await import('../src/sandbox-host/open-driver.ts');
const { loadServiceWire } = await import('../src/aws/wire/service-wire.ts');
await loadServiceWire('lambda');
// Loading may have left handles open; nothing was started that would need closing. The cache is written on exit.
process.exit(0);
