// ethers' WebSocketProvider: blocks, pending hashes and logs as events, and the ends of listening.
const { WebSocketProvider, Wallet, id } = require("ethers");

async function main() {
  const [url, key, initCode, topic] = process.argv.slice(2);
  const provider = new WebSocketProvider(url, undefined, { staticNetwork: true });
  const seen = { blocks: [], pending: [], logs: [] };
  const enough = new Promise((resolve, reject) => {
    const look = () => {
      if (seen.blocks.length >= 2 && seen.pending.length >= 2 && seen.logs.length >= 2) resolve();
    };
    provider.on("block", (number) => { seen.blocks.push(number); look(); });
    provider.on("pending", (hash) => { seen.pending.push(hash); look(); });
    provider.on({ topics: [topic] }, (log) => {
      seen.logs.push({ block: log.blockNumber, data: log.data, removed: log.removed });
      look();
    });
    setTimeout(() => reject(new Error("not told: " + JSON.stringify(seen))), 30000).unref();
  });
  await provider.getBlockNumber();
  await new Promise((resolve) => setTimeout(resolve, 300)); // ethers subscribes in the background
  const wallet = new Wallet(key, provider);
  const sent = [];
  for (let i = 0; i < 2; i++) {
    const transaction = await wallet.sendTransaction({ data: initCode, gasLimit: 100000, nonce: i });
    sent.push(transaction.hash);
    await transaction.wait();
  }
  await enough;
  await provider.removeAllListeners();
  await provider.destroy();
  console.log(JSON.stringify({ ...seen, sent }));
}

main().then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });
