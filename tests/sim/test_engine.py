"""The environment is SimPy's, with integer time, ordered ties and a limit per instant."""

import pytest

from vipsim.errors import SimulationError, UnitError
from vipsim.sim.engine import Environment, Tie, tie_key
from vipsim.units import SECOND, s


def test_simpy_processes_run_on_integer_nanoseconds():
    env = Environment()
    seen = []

    def story():
        yield env.timeout(s(1))
        seen.append(env.now)
        yield env.sleep("1.5s")
        seen.append(env.now)
        return "done"

    process = env.process(story())
    assert env.run(until=process) == "done"
    assert seen == [SECOND, 2_500_000_000]
    assert all(type(time) is int for time in seen)


def test_a_float_delay_is_refused_and_names_the_way():
    env = Environment()
    with pytest.raises(UnitError, match=r"units\.s\(1\.5\).*env\.sleep\('1\.5s'\)"):
        env.timeout(1.5)
    with pytest.raises(UnitError, match="integer ns"):
        env.run(until=2.0)


def test_conditions_and_interrupts_of_simpy_still_work():
    env = Environment()
    log = []

    def sleeper():
        try:
            yield env.timeout(s(10))
        except Exception as error:
            log.append(type(error).__name__)

    def waker(victim):
        yield env.timeout(5) | env.timeout(7)
        log.append(env.now)
        victim.interrupt("enough")

    env.process(waker(env.process(sleeper())))
    env.run()
    assert log == [5, "Interrupt"]


def test_an_error_in_a_process_reaches_the_caller():
    env = Environment()

    def broken():
        yield env.timeout(1)
        raise KeyError("x")

    env.process(broken())
    with pytest.raises(KeyError):
        env.run(until=10)


def test_step_does_what_run_does():
    stepped, ran = [], []
    for log, advance in ((stepped, "step"), (ran, "run")):
        env = Environment()
        for number in (3, 1, 2):
            env.call_at(number * 10, tie_key(Tie.TIMER, number), log.append, number)
        if advance == "run":
            env.run()
        else:
            while env.peek() != float("inf"):
                env.step()
        assert env.executed == 3
    assert stepped == ran == [1, 2, 3]


def test_ties_are_ordered_by_class_and_number_never_by_insertion():
    orders = []
    for insertion in ([0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]):
        env = Environment()
        log = []
        things = [(Tie.FRAME, 7), (Tie.FRAME, 9), (Tie.TIMER, 1), (Tie.CLIENT, 0)]
        for index in insertion:
            env.call_at(5, tie_key(*things[index]), log.append, things[index])
        env.run()
        orders.append(log)
    assert orders[0] == [(Tie.FRAME, 7), (Tie.FRAME, 9), (Tie.TIMER, 1), (Tie.CLIENT, 0)]
    assert orders[0] == orders[1] == orders[2]


def test_events_at_one_instant_are_capped_loudly():
    env = Environment(instant_limit=50)
    key = tie_key(Tie.TIMER, 1)

    def again(count):
        env.call_at(env.now, key + count, again, count + 1)

    env.call_at(3, key, again, 1)
    with pytest.raises(SimulationError, match="more than 50 events at the instant 3ns"):
        env.run()


def test_run_stops_before_what_happens_at_its_end():
    env = Environment()
    log = []
    env.call_at(10, tie_key(Tie.TIMER, 1), log.append, "at the end")
    env.run(until=10)
    assert (env.now, log) == (10, [])
    env.run()
    assert log == ["at the end"]
