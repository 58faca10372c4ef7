"""The Python that the guides show is run as a reader would run it: in a project of its own."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from contractchain.codec.config_file import decode_config
from contractchain.node.file import NodeFile
from contractchain.stress.campaign import Campaign

GUIDES = Path(__file__).parents[2] / "docs" / "guide"


def test_the_tests_of_the_testing_guide_pass(tmp_path: Path) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", (GUIDES / "testing.md").read_text(), re.M | re.S)
    assert len(blocks) >= 6
    (tmp_path / "test_guide.py").write_text("\n\n".join(blocks))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    done = subprocess.run(
        [*command, "test_guide.py"], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout
    defined = "\n".join(blocks).count("\ndef test_") + blocks[0].startswith("def test_")
    assert f"{defined} passed" in done.stdout


@pytest.mark.parametrize(("guide", "kind"), [("node.md", NodeFile), ("stress.md", Campaign)])
def test_the_files_that_the_guides_show_are_taken(guide: str, kind: type) -> None:
    (text,) = re.findall(r"^```yaml\n(.*?)^```", (GUIDES / guide).read_text(), re.M | re.S)
    assert isinstance(decode_config(text, kind, source=guide), kind)
