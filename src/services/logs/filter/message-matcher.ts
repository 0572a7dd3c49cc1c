/** Whether a log event's message is one that a filter pattern means. */
export type MessageMatcher = (message: string) => boolean;
