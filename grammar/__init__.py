"""The Solidity grammar, packaged as data for `contractchain.lang`."""
