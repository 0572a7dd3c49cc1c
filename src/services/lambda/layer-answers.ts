import type { Architecture, GetLayerVersionResponse, LayerVersionsListItem, Runtime } from '@aws-sdk/client-lambda';
import type { RequestContext } from '#aws/service.ts';
import { codeSha256 } from '#functions/code-package.ts';
import { layerArn, layerVersionArn, type LayerVersion } from '#functions/layer-version.ts';
import type { CodeUrls } from './code-url.ts';
import { signatureMembers } from './signature-members.ts';

/** A layer version in lists. */
export function toLayerVersionsListItem(version: LayerVersion): LayerVersionsListItem {
  const { compatibleRuntimes, compatibleArchitectures, licenseInfo } = version;
  return {
    LayerVersionArn: layerVersionArn(version),
    Version: version.version,
    Description: version.description,
    CreatedDate: version.createdDate,
    // Checked against the model's enumerations when they came in; the SDK's lists may be shorter.
    ...(compatibleRuntimes !== undefined && { CompatibleRuntimes: compatibleRuntimes.map((name) => name as Runtime) }),
    ...(compatibleArchitectures !== undefined && { CompatibleArchitectures: compatibleArchitectures.map((name) => name as Architecture) }),
    ...(licenseInfo !== undefined && { LicenseInfo: licenseInfo }),
  };
}

/** A layer version with a link to its package, as publishing and getting answer it (recorded by test_layer_exceptions). */
export function toLayerVersionAnswer(
  version: LayerVersion,
  context: RequestContext,
  codeUrls: Pick<CodeUrls, 'sign'>,
): GetLayerVersionResponse {
  const { digest, sizeBytes } = version.code;
  return {
    ...toLayerVersionsListItem(version),
    LayerArn: layerArn(version),
    Content: {
      Location: codeUrls.sign(context.endpoint, digest),
      CodeSha256: codeSha256(version.code),
      CodeSize: sizeBytes,
      ...signatureMembers(version.code),
    },
  };
}

/** Whether a version is for that runtime and architecture: one that names none is for none. */
export function isCompatible(
  version: LayerVersion,
  wanted: { readonly CompatibleRuntime?: string | undefined; readonly CompatibleArchitecture?: string | undefined },
): boolean {
  const { CompatibleRuntime: runtime, CompatibleArchitecture: architecture } = wanted;
  if (runtime !== undefined && version.compatibleRuntimes?.includes(runtime) !== true) return false;
  return architecture === undefined || version.compatibleArchitectures?.includes(architecture) === true;
}
