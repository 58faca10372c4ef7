// Writes Till.json, in Foundry's format: node make_artifact.js (after `npm install` in tests/node).
const fs = require("fs");
const path = require("path");
const solc = require(path.join(__dirname, "../../node/node_modules/solc"));

const outputs = ["abi", "evm.bytecode.object", "evm.deployedBytecode.object",
  "evm.deployedBytecode.immutableReferences", "evm.methodIdentifiers"];
const input = {
  language: "Solidity",
  sources: { "Till.sol": { content: fs.readFileSync(path.join(__dirname, "Till.sol"), "utf8") } },
  settings: {
    evmVersion: "prague",
    optimizer: { enabled: true, runs: 200 },
    metadata: { bytecodeHash: "none", appendCBOR: false },
    outputSelection: { "*": { "*": outputs } },
  },
};
const output = JSON.parse(solc.compile(JSON.stringify(input)));
for (const error of output.errors || []) console.error(error.formattedMessage);
const { abi, evm } = output.contracts["Till.sol"].Till;
const artifact = {
  abi,
  bytecode: evm.bytecode,
  deployedBytecode: evm.deployedBytecode,
  methodIdentifiers: evm.methodIdentifiers,
};
fs.writeFileSync(path.join(__dirname, "Till.json"), JSON.stringify(artifact, null, 1) + "\n");
