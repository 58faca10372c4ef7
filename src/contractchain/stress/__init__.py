"""Load campaigns against any Ethereum node, with honest latency and failures that add up."""
