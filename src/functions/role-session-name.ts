/**
 * The session in which a function has its role. STS wants two characters; recorded for a name of one by test_assume_role.
 */
export function roleSessionName(functionName: string): string {
  return functionName.length === 1 ? `${functionName}@lambda_function` : functionName;
}
