/** One line of the report; its goal stands in GOALS.md. */
export interface Row {
  readonly name: string;
  readonly goal: string;
  readonly result: string;
  readonly met: boolean;
}
