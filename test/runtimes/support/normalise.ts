import type { Answer, Transcript } from './runtime-process.ts';

/** A line of a JavaScript stack, as it is in a text, in JSON, and in JSON inside JSON. */
const NODE_FRAME = /(?:,"|\\*n|\r|\n)\s{4}at (?:[^"\\\r\n]|\\[^n])*(?:"(?=[,\]]))?/g;

/**
 * What of a transcript must be the same whichever client ran the function: without times, and of stacks only the lines that are the
 * function's own. AWS's clients believe to lie where they lie on AWS.
 */
export function normalised(transcript: Transcript, taskRoot: string, runtimeFiles: readonly string[]): Transcript {
  const clean = (text: string): string => {
    let cleaned = text.replace(NODE_FRAME, (frame) => (frame.includes(taskRoot) ? frame : ''));
    cleaned = cleaned.replaceAll(`file://${taskRoot}`, '<task>').replaceAll(taskRoot, '<task>');
    for (const file of runtimeFiles) cleaned = cleaned.replaceAll(file, '/var/runtime/index.mjs');
    return cleaned.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z/g, '<time>');
  };
  return {
    ...transcript,
    answers: transcript.answers.map((answer): Answer => ({ ...answer, body: clean(answer.body) })),
    output: clean(transcript.output),
    errorOutput: '',
  };
}
