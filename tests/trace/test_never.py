"""A client that was not answered before the fault felt something; and a part that never ended is no dash."""

from tests.trace.stories import HEADER, MS, S, Story, answered, crash, gap, play
from vipsim.trace import ClientOutage, Level, parts
from vipsim.trace.formatting import report


def mute(first: int | None, others: Story = ()) -> Story:  # type: ignore[assignment]
    """The crash, and a client whose first probe left at 0.5 s: unanswered until `first`."""
    end = [] if first is None else [answered(first, "db2")]
    return [*crash()[:-1], *others, gap(500 * MS, first), *end]


def lines(story: Story) -> dict[str, str]:
    """First line of the report that begins with each word."""
    found: dict[str, str] = {}
    for line in report(play(story)).splitlines():
        found.setdefault((line.split() or [""])[0], " ".join(line.split()))
    return found


def test_a_client_that_never_got_an_answer_is_censored_from_its_first_probe():
    trace = play(mute(None))
    (failover,) = trace.failovers
    assert failover.clients["app1"] == ClientOutage(19_500 * MS, True, 500 * MS, None, never=True)
    assert parts(failover, "app1")["before"] == 4_500 * MS
    assert (failover.repair, failover.convergence, failover.censored) == (None, None, True)
    assert trace.metrics.clients["app1"].never


def test_it_does_not_read_as_zero():
    told = report(play(mute(None)))
    assert "  app1            > 19 s blackout since its first probe: never answered\n" in told
    assert "longest > 19.500 s, never answered\n" in told
    assert "note: app1 was not answered once: its silence is counted from its first probe" in told


def test_a_first_answer_after_the_takeover_ends_a_silence_from_the_first_probe():
    trace = play(mute(8200 * MS))
    (failover,) = trace.failovers
    assert failover.clients["app1"] == ClientOutage(7_700 * MS, False, 500 * MS, 8200 * MS, never=True)
    assert failover.convergence == 3_200 * MS
    told = report(trace)
    assert "7.700 s blackout since its first probe: never answered before\n" in told
    assert "note:" not in told


def test_a_first_answer_before_the_fault_leaves_the_failover_alone():
    trace = play(sorted([*crash(), gap(100 * MS, S), answered(S)], key=lambda item: item[0]))
    (failover,) = trace.failovers
    assert failover.clients["app1"] == ClientOutage(3_160 * MS, False, 5 * S - 4 * MS, 8_156 * MS)
    assert not trace.metrics.clients["app1"].never


def test_a_client_that_was_answered_once_has_not_never_been():
    story = [answered(400 * MS), *crash()[:-1], gap(5 * S, None)]
    trace = play(story)
    assert not trace.metrics.clients["app1"].never
    assert "never answered" not in report(trace)


def test_every_level_says_the_same():
    assert play(mute(None), Level.SUMMARY).metrics == play(mute(None), Level.FRAMES).metrics


def test_a_part_that_did_not_end_reads_never_and_one_that_nobody_waited_for_a_dash():
    stays_out = lines([answered(0), *crash()[:-1], gap(5 * S, None)])
    assert (stays_out["repair"], stays_out["convergence"]) == ("repair never", "convergence never")
    unhurt = lines([answered(0), *crash()[:-1]])
    assert (unhurt["repair"], unhurt["convergence"]) == ("repair -", "convergence -")


def test_without_an_announcement_that_part_reads_never():
    silent = [item for item in crash() if item[1] != "announce"]
    found = lines([answered(0), *silent])
    assert found["announcement"] == "announcement never"
    assert found["repair"] == "repair -"  # there was no announcement to count from
    assert found["convergence"] == "convergence 3.156 s"


def test_one_client_back_and_one_not():
    clients = {
        **HEADER["scenario"]["clients"],
        "app2": {"node": "app1", "target": "service", "interval": "10ms"},
    }
    header = {**HEADER, "scenario": {**HEADER["scenario"], "clients": clients}}
    story = [answered(0), answered(0, client="app2"), *crash(), gap(5 * S, None, client="app2")]
    told = report(play(story, header=header))
    assert "  repair         0.006 s" in told
    assert "  convergence      never" in told
