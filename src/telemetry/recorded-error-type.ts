const KNOWN_SHAPE = /^(?:Runtime|Function)\.[A-Z][A-Za-z]+$/;

/** The type of an error as platform events tell it: one that is not of the shape `Category.Reason` is unknown to the platform. */
export function recordedErrorType(errorType: string): string {
  if (KNOWN_SHAPE.test(errorType)) return errorType;
  return errorType.startsWith('Function.') ? 'Function.Unknown' : 'Runtime.Unknown';
}
