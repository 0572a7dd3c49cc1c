import { COMMANDS, type CommandName } from './command-line.ts';

/** The text of `hearth --help`, or of one command's. */
export function helpText(topic: CommandName | undefined): string {
  if (topic === undefined) {
    const rows = Object.entries(COMMANDS).map(([name, { summary }]) => [name, summary] as const);
    return `Hearth: a self-hosted serverless platform that speaks the AWS Lambda API.

usage: hearth COMMAND

${table(rows)}

  hearth COMMAND --help   more about a command
  hearth --version        the version

Clients find the daemon by AWS_ENDPOINT_URL, else at http://127.0.0.1:4566.
`;
  }
  const { usage, summary, optionHelp } = COMMANDS[topic];
  const options = optionHelp.length === 0 ? '' : `\n${table(optionHelp)}\n`;
  return `usage: ${usage}\n\n  ${summary}\n${options}`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}   ${right}`).join('\n');
}
