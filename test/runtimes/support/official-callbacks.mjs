// Starts AWS's older client as its managed runtime does: index.mjs of the client, task root, handler.

const [, , client, taskRoot, handler] = process.argv;
const { run } = await import(client);
await run(taskRoot, handler);
