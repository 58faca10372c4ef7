// Long-lived solc: a line {"id", "input"} in, a line {"id", "output"} out, standard JSON inside.
const readline = require("readline");
const solc = require("solc");

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, input } = JSON.parse(line);
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  process.stdout.write(JSON.stringify({ id, output }) + "\n");
});
