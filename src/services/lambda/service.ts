import type { Operation, OperationTable, Service } from '#aws/service.ts';
import type { ApiRates } from './api-rates.ts';
import { LAMBDA_OPERATIONS, type LambdaDependencies } from './operations.ts';
import { lambdaPermissions } from './permissions.ts';

/** The Lambda API; throttled when `rates` are given. */
export function lambdaService(dependencies: LambdaDependencies, rates?: ApiRates): Service {
  const operations: OperationTable = Object.fromEntries(
    Object.entries(LAMBDA_OPERATIONS).map(([name, factory]) => {
      const operation: Operation<never, unknown> = factory(dependencies);
      return [name, rates?.limit(name, operation) ?? operation];
    }),
  );
  return { name: 'lambda', operations, permissions: lambdaPermissions(dependencies) };
}
