"""JSON-RPC over the chain: envelopes, parameters, methods and the adapters for HTTP."""
