import type { OperationTable, Service } from '#aws/service.ts';
import { LAMBDA_OPERATIONS, type LambdaDependencies } from './operations.ts';
import { lambdaPermissions } from './permissions.ts';

/** The Lambda API. */
export function lambdaService(dependencies: LambdaDependencies): Service {
  const operations: OperationTable = Object.fromEntries(
    Object.entries(LAMBDA_OPERATIONS).map(([name, factory]) => [name, factory(dependencies)]),
  );
  return { name: 'lambda', operations, permissions: lambdaPermissions(dependencies) };
}
