"""Build the optional native extension.

The distribution installs without a Rust toolchain and then runs on py-evm. `CTC_REQUIRE_NATIVE=1`
turns a failed native build into an error, `CTC_NO_NATIVE=1` skips it.
"""

import os
import shutil

from setuptools import find_packages, setup
from setuptools_rust import Binding, RustExtension


def build_extensions() -> list[RustExtension]:
    required = os.environ.get("CTC_REQUIRE_NATIVE") == "1"
    if os.environ.get("CTC_NO_NATIVE") == "1":
        return []
    if not required and shutil.which(os.environ.get("CARGO", "cargo")) is None:
        return []
    return [
        RustExtension(
            "contractchain._native",
            path="native/Cargo.toml",
            binding=Binding.PyO3,
            py_limited_api="auto",
            optional=not required,
            args=["--locked"],
        )
    ]


setup(
    packages=[*find_packages("src"), "contractchain.grammar", "contractchain.contracts"],
    rust_extensions=build_extensions(),
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
