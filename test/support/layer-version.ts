import type { AccountId } from '#aws/caller.ts';
import type { LayerContent, LayerKey } from '#functions/layer-version.ts';
import { TEST_ACCOUNT, TEST_REGION } from './function-record.ts';

export const OTHER_ACCOUNT = '222222222222' as AccountId;

export function layerKey(name: string, more: Partial<LayerKey> = {}): LayerKey {
  return { accountId: TEST_ACCOUNT, region: TEST_REGION, name, ...more };
}

/** Content of a layer version with every default. */
export function layerContent(more: Partial<LayerContent> = {}): LayerContent {
  return {
    description: '',
    code: { digest: 'b'.repeat(64), sizeBytes: 50 },
    createdDate: '2026-11-20T10:00:00.000+0000',
    ...more,
  };
}
