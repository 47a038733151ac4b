"""Feed the scenario reader with mutated files and plain noise: it reads, or it refuses in words.

    python -m tests.fuzz.fuzz_scenario --inputs 100000 --workers 2

Every input follows from its number, so that a failure can be repeated (``--first N --inputs 1``). A
quarter is noise; the rest are shipped scenarios in which lines, words and letters were changed, moved
or doubled. The longest reading is printed: time and memory are bounded, not merely finite.
"""

from __future__ import annotations

import random
import re
import tempfile
from pathlib import Path

from tests.fuzz import campaign
from tests.fuzz.mutations import Mutations
from tests.scenario.hostile import hostile_texts
from vipsim.errors import ScenarioError
from vipsim.scenario.data import from_data, to_data
from vipsim.scenario.model import Scenario
from vipsim.scenario.reader import read_scenario
from vipsim.scenario.tree import MAX_BYTES

ROOT = Path(__file__).parents[2]
SEEDS = [path.read_bytes() for path in sorted((ROOT / "scenarios").glob("*.yaml"))]
SEEDS = [b"\n".join(line for line in seed.split(b"\n") if not line.startswith(b"#")) for seed in SEEDS]
SEEDS.append((ROOT / "tests/scenario/base.yaml").read_bytes())
TOKEN = re.compile(rb"[\w.]+")
WORDS = sorted({word for seed in SEEDS for word in TOKEN.findall(seed)})
ODD = [
    *(
        b"",
        b"0",
        b"-1",
        b"1e999",
        b"20",
        b"20s",
        b"99999d",
        b"300%",
        b"~",
        b"null",
        b"true",
        b".nan",
        b"0x1f",
    ),
    *(
        b"[",
        b"]",
        b"{",
        b"}",
        b"[]",
        b"{}",
        b"- ",
        b": ",
        b", ",
        b"? ",
        b"&a ",
        b"*a",
        b"!!x ",
        b"|\n",
        b">\n",
    ),
    *(
        b"'",
        b'"',
        b"#",
        b"%",
        b"@",
        b"`",
        b"\t",
        b"\r",
        b"\0",
        b"\x1b",
        b"\xff",
        b"\xe2\x80\xa8",
        b"\xef\xbb\xbf",
    ),
    *(
        b"---\n",
        b"...\n",
        b"<<: ",
        b"a-b",
        b"a>b",
        b"a|b",
        b"a,b|c",
        b"db1.bond0",
        b"sw1.p1",
        b"1..2",
        b"5s..1s",
    ),
    *(
        b"255.255.255.255/32",
        b"0.0.0.0/0",
        b"192.168.1.219/24",
        b"FF:FF:FF:FF:FF:FF",
        b"drop",
        b"heal",
        b"every",
    ),
]
MUTATIONS = Mutations(SEEDS, TOKEN, WORDS, ODD, (b"", b"  ", b"    "))
NOISE = b"[]{}:,-?&*!|>'\"%@`# \n\tabs019.~<"


def read_or_refuse(content: bytes) -> Scenario | None:
    """Read a file with this content; whatever is wrong must come as a ScenarioError with places."""
    with tempfile.NamedTemporaryFile(suffix=".yaml", delete=False) as file:
        file.write(content)
    try:
        scenario = read_scenario(file.name)
    except ScenarioError as refusal:
        assert refusal.problems, "a refusal names problems"
        places = [(one.line, one.column) for one in refusal.problems]
        assert places == sorted(places), "sorted by position"
        assert all(line >= 1 and column >= 1 for line, column in places), "each has its place"
        said = str(refusal)
        assert all(letter.isprintable() or letter == "\n" for letter in said), "safe for a terminal"
        return None
    finally:
        Path(file.name).unlink()
    assert from_data(to_data(scenario)) == scenario
    return scenario


def mutants(number: int) -> bytes:
    """Input number so and so: a good file with some changes."""
    return MUTATIONS.mutant(random.Random(f"vipsim scenario {number}"))


def noise(number: int) -> bytes:
    """Input number so and so: nothing but noise."""
    draw = random.Random(f"vipsim noise {number}")
    if draw.random() < 0.5:
        return draw.randbytes(draw.randrange(200))
    return bytes(draw.choice(NOISE) for _ in range(draw.randrange(200)))


def hostile() -> dict[str, bytes]:
    """Hostile texts of the largest size that is read."""
    return {name: text.encode()[:MAX_BYTES] for name, text in hostile_texts(MAX_BYTES - 6000).items()}


if __name__ == "__main__":
    campaign.main(__doc__, campaign.Campaign(read_or_refuse, mutants, noise, hostile))
