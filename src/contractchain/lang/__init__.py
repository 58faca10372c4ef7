"""The Solidity compiler: source text to artifact.

Phases, each a package: `parse` (text to AST), `semantics` (AST to annotated AST), then lowering,
passes and emission. Every fault of a source file is a `Diagnostic`; an exception is a bug of ours,
except `CompileError`, which carries diagnostics to whoever asked for a result.
"""
