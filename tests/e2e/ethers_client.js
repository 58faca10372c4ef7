// Uses a contract through ethers as its user would; prints one JSON line with what it saw.
const { JsonRpcProvider, ContractFactory, Wallet } = require("ethers");

async function main() {
  const [url, key, abi, bytecode] = process.argv.slice(2);
  const provider = new JsonRpcProvider(url, undefined, { pollingInterval: 50, cacheTimeout: -1 });
  const wallet = new Wallet(key, provider);
  const factory = new ContractFactory(JSON.parse(abi), bytecode, wallet);
  const box = await factory.deploy(7, { value: 5n });
  await box.waitForDeployment();
  const first = await box.value();
  const receipt = await (await box.store(42, "hello")).wait();
  const parsed = receipt.logs.map((log) => box.interface.parseLog(log));
  let failure = null;
  try {
    await box.store.staticCall(2000, "");
  } catch (error) {
    failure = `${error.revert.name}(${error.revert.args.join(",")})`;
  }
  let reason = null;
  try {
    await box.fail.estimateGas();
  } catch (error) {
    reason = error.reason;
  }
  const network = await provider.getNetwork();
  const logs = await box.queryFilter("Stored", 0, "latest");
  const result = {
    first: first.toString(),
    value: (await box.value()).toString(),
    note: await box.note(),
    event: `${parsed[0].name}(${parsed[0].args.join(",")})`,
    failure,
    reason,
    logs: logs.length,
    chain: network.chainId.toString(),
    balance: (await provider.getBalance(await box.getAddress())).toString(),
    gas: (await box.store.estimateGas(1, "x")).toString(),
    nonce: await wallet.getNonce("pending"),
    block: (await provider.getBlock("latest", true)).prefetchedTransactions.length,
    feeData: ((await provider.getFeeData()).maxFeePerGas > 0n).toString(),
  };
  console.log(JSON.stringify(result));
  provider.destroy();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
