"""Ethereum's own test suites, run on our engines and our chain.

Reads the formats of ethereum/tests and execution-spec-tests: state tests, block tests and
transaction tests. What must be refused must be refused for the right reason: every
`expectException` stands for classes of ours. Downloads nothing.
"""

from contractchain.conformance.known_failures import (
    KnownFailure,
    apply_known_failures,
    load_known_failures,
)
from contractchain.conformance.results import CaseResult, Tally, Verdict
from contractchain.conformance.selection import get_state_case
from contractchain.conformance.state_tests import TracedCase, trace_state_case
from contractchain.conformance.suites import Suite, find_test_files, run_file, run_files

__all__ = [
    "CaseResult",
    "KnownFailure",
    "Suite",
    "Tally",
    "TracedCase",
    "Verdict",
    "apply_known_failures",
    "find_test_files",
    "get_state_case",
    "load_known_failures",
    "run_file",
    "run_files",
    "trace_state_case",
]
