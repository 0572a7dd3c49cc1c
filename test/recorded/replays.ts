import type { ReplayTable } from './replay.ts';
import { aliasReplays } from './cases/alias-cases.ts';

/** Every replay there is. */
export const REPLAYS: ReplayTable = { ...aliasReplays };
