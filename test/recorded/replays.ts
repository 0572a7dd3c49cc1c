import type { ReplayTable } from './replay.ts';
import { aliasReplays } from './cases/alias-cases.ts';
import { codeSigningReplays } from './cases/code-signing-cases.ts';
import { concurrencyReplays } from './cases/concurrency-cases.ts';
import { eventInvokeConfigReplays } from './cases/event-invoke-config-cases.ts';
import { functionReplays } from './cases/function-cases.ts';
import { functionNameReplays } from './cases/function-name-cases.ts';
import { functionUrlReplays } from './cases/function-url-cases.ts';
import { invokeReplays } from './cases/invoke-cases.ts';
import { layerReplays } from './cases/layer-cases.ts';
import { missingFunctionReplays } from './cases/missing-function-cases.ts';
import { permissionReplays } from './cases/permission-cases.ts';
import { tagReplays } from './cases/tag-cases.ts';
import { versionReplays } from './cases/version-cases.ts';

/** Every replay there is. */
export const REPLAYS: ReplayTable = {
  ...aliasReplays,
  ...codeSigningReplays,
  ...eventInvokeConfigReplays,
  ...concurrencyReplays,
  ...functionNameReplays,
  ...functionReplays,
  ...functionUrlReplays,
  ...invokeReplays,
  ...layerReplays,
  ...missingFunctionReplays,
  ...permissionReplays,
  ...tagReplays,
  ...versionReplays,
};
