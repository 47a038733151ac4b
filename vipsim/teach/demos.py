"""The eight demos as data, in the order in which they teach.

Times and lengths are those of the demos' seed; a test runs every demo and holds them.
"""

from vipsim.teach.demo import Demo, Moment

DEMOS: dict[str, Demo] = {
    demo.name: demo
    for demo in (
        Demo(
            name="crash",
            line="the active machine crashes; its standby misses answers, takes the address, tells it by ARP",
            minutes=6,
            scenario="database-pair-heartbeat",
            predict=(
                "db2 asks db1 once a second and gives it up when three answers in a row are missing. How "
                "long is app1 without an answer: under 1 s, 1 s to 3 s, 3 s to 4 s, longer?"
            ),
            watch=(
                Moment(
                    "5s",
                    "fault",
                    "db1",
                    "db1 crashes; app1 goes on sending to its MAC, and nobody says anything",
                ),
                Moment(
                    "8.113s", "state", "db2", "the third answer in a row is missing: db2 takes the address"
                ),
                Moment("8.113s", "announce", "db2", "db2 tells everybody by a gratuitous ARP"),
                Moment("8.113s", "neighbor", "app1", "app1's cache has db2's MAC now"),
                Moment("8.121s", "answered", "app1", "app1's next probe is answered, by db2"),
            ),
            outcome=(
                "3 s to 4 s: what was left of the second in which the crash fell, then three questions that "
                "wait a second each. Deciding, taking and telling take no time that anybody could see."
            ),
            vary="vipsim run database-pair-heartbeat --set heartbeat.interval=200ms",
            silent={"app1": "3.130 s"},
            against="database-pair",
        ),
        Demo(
            name="maintenance",
            line="planned work: the address is handed over in order and comes back; beside it the crash",
            minutes=4,
            scenario="maintenance",
            predict=(
                "db1's daemon is stopped in order and started again later. Is app1 silent as long as after "
                "the crash, shorter, or not at all? And when the address comes back?"
            ),
            watch=(
                Moment(
                    "5.921s",
                    "state",
                    "db1",
                    "db1 is stopped: it says goodbye (priority 0) and removes the address",
                ),
                Moment("6.53s", "state", "db2", "db2 has waited for its skew, 156/256 s, and is master"),
                Moment("6.531s", "answered", "app1", "app1 is answered again"),
                Moment("12s", "daemon", "db1", "db1 is back, hears a lower priority and waits"),
                Moment("15.414s", "state", "db1", "db1 takes the address back; db2 lets go when it hears so"),
            ),
            outcome=(
                "0.6 s: after a goodbye db2 waits for its skew of 0.609 s only, not for three missed "
                "adverts. The way back costs nothing, for db2 serves until db1 has the address."
            ),
            vary="vipsim run maintenance --set vrrp.members.db2.priority=10",
            silent={"app1": "0.620 s"},
            says=("failback of vrrp 51 from db2 to db1 at 15.414 s (preempt): no client noticed",),
            against="database-pair",
        ),
        Demo(
            name="lost-announcement",
            line="the announcement is lost on the way to two of three clients: what their caches make of it",
            minutes=5,
            scenario="lost-announcement",
            predict=(
                "Three clients lose the same machine at the same moment; the announcement reaches app3 "
                "only. When is each of them back?"
            ),
            watch=(
                Moment("5s", "fault", "db1", "db1 crashes"),
                Moment(
                    "7.722s",
                    "announce",
                    "db2",
                    "db2 announces itself once; the switch loses it toward app1 and app2",
                ),
                Moment("7.741s", "answered", "app3", "app3 heard it and is back"),
                Moment(
                    "60.015s",
                    "neighbor",
                    "app2",
                    "app2's entry is 60 s old and is thrown away: it asks again",
                ),
                Moment("60.035s", "answered", "app2", "app2 is back, after 55 s"),
            ),
            outcome=(
                "app3 after 2.8 s, app2 when its entry is too old, app1 never: it believes for ever what "
                "nobody takes back. One failover, three outages; each client has its own."
            ),
            vary="vipsim run lost-announcement --set nodes.app1.neighbor=linux",
            silent={"app1": "> 70 s", "app2": "55.040 s", "app3": "2.760 s"},
            watched=("app1", "app2", "app3"),
            curve="blackout",
        ),
        Demo(
            name="silent-survivor",
            line=(
                "a cable fails and heals: two masters meet, one steps down in silence, and the healing "
                "costs more"
            ),
            minutes=6,
            scenario="silent-survivor",
            predict=(
                "db1's cable passes nothing from 5 s to 11.9 s; db2 takes over in between. What does the "
                "healing cost app1: nothing, a moment, as much as the failure, more?"
            ),
            watch=(
                Moment(
                    "7.722s", "state", "db2", "db2 is master; db1, behind its dead cable, is master still"
                ),
                Moment("7.731s", "answered", "app1", "app1 is with db2"),
                Moment("11.9s", "fault", "db1", "the cable is whole again: two masters on one network"),
                Moment(
                    "12.113s", "state", "db2", "db1's advert is the first one: db2 steps down without a word"
                ),
                Moment(
                    "12.731s",
                    "neighbor",
                    "app1",
                    "app1's cache begins to doubt db2, to whom it has sent till now",
                ),
                Moment(
                    "15.731s", "answered", "app1", "three probes later it asks everybody, and db1 answers"
                ),
            ),
            outcome=(
                "3.6 s, more than the failure (2.7 s). db1 was master all the time and has no reason to "
                "announce itself; db2, who knows better, is silent. Who speaks first decides: with --seed 3 "
                "the healing costs nothing."
            ),
            vary="vipsim run silent-survivor --set vrrp.keepalived.garp_master_refresh=2s",
            silent={"app1": "6.360 s"},
            says=(
                "6.360 s in 2, longest 3.620 s",
                "dual master 4.391 s",
            ),
            curve="silence",
        ),
        Demo(
            name="stp-at-boot",
            line=(
                "a machine comes back behind a switch port that does not forward yet, and makes itself master"
            ),
            minutes=6,
            scenario="stp-at-boot",
            predict=(
                "db1 loses power at 5 s and is back at 10 s; its switch port passes nothing until 40 s. How "
                "many masters are there at 20 s? And what costs app1 most: the failure, the boot, or the "
                "port's opening?"
            ),
            watch=(
                Moment("7.722s", "state", "db2", "db2 is master, as it should be"),
                Moment("10s", "port", "sw1", "db1 is back; its port listens and learns, and passes nothing"),
                Moment("13.414s", "state", "db1", "db1 hears nobody and makes itself master, too"),
                Moment("40s", "port", "sw1", "the port forwards"),
                Moment("40.414s", "state", "db2", "db2 hears the higher priority and lets the address go"),
                Moment("67.806s", "answered", "app1", "app1's cache has found out by itself"),
            ),
            outcome=(
                "Two masters for 27 s, and nobody notices. The repair costs ten times the failure: db1 "
                "announced itself into a closed port and has no reason to do so again. An edge port "
                "(PortFast) ends it."
            ),
            vary="vipsim run stp-at-boot --set nodes.sw1.ports.p1.edge=true",
            silent={"app1": "30.300 s"},
            says=(
                "30.300 s in 2, longest 27.400 s",
                "dual master 27.000 s",
            ),
            curve="silence",
        ),
        Demo(
            name="default-gateway",
            line=(
                "two routers, two networks: the gateway of both sides moves at once, and a TCP session "
                "lives through it"
            ),
            minutes=5,
            scenario="default-gateway",
            predict=(
                "The router that is everybody's default gateway dies. Who is back first: a ping, or a TCP "
                "session that was open before? And does the session survive?"
            ),
            watch=(
                Moment("5s", "fault", "r1", "r1 dies, with a leg in each network"),
                Moment("7.722s", "state", "r2", "r2 takes the gateway address of either side, in one step"),
                Moment("7.722s", "announce", "r2", "two announcements, one in each network"),
                Moment("7.724s", "answered", "app1", "the ping is back"),
                Moment("8.017s", "gap", "app1", "TCP sends again at its own time, and the session goes on"),
            ),
            outcome=(
                "The ping is back at once, the session at TCP's next repetition, 3.0 s after its first "
                "loss. It survives, for r2 knows of it: the two share their connection tracking. Without, "
                "it would be dead."
            ),
            vary="vipsim run default-gateway --set nodes.r1.conntrack=own --set nodes.r2.conntrack=own",
            silent={"ping": "2.730 s", "session": "3.106 s"},
            curve="blackout",
            seeds=100,
        ),
        Demo(
            name="tcp-backoff",
            line="UDP is back with the announcement, TCP at the next point of its retransmission grid",
            minutes=5,
            scenario="tcp-backoff-grid",
            predict=(
                "Two clients ask the same database at the same moment, one by UDP, one over TCP. UDP is "
                "back after 3.4 s. When is TCP?"
            ),
            watch=(
                Moment("5s", "fault", "db1", "db1 crashes; TCP repeats after 0.2 s, 0.6 s, 1.4 s, 3.0 s"),
                Moment(
                    "8.359s",
                    "announce",
                    "db2",
                    "db2 has the address: a third of a second after TCP's last try",
                ),
                Moment("8.367s", "answered", "udp", "UDP is back"),
                Moment(
                    "11.214s",
                    "answered",
                    "tcp",
                    "TCP's next try, 6.2 s after the loss: db2 resets it, it connects anew",
                ),
            ),
            outcome=(
                "6.2 s: TCP doubles its pauses and has just missed the new owner. A takeover 0.4 s sooner "
                "would have saved it three seconds; one 2.8 s later would have cost it nothing."
            ),
            vary="vipsim run tcp-backoff-grid --set vrrp.version=3 --set vrrp.advert_interval=500ms",
            silent={"tcp": "6.217 s", "udp": "3.370 s"},
            watched=(
                "udp",
                "tcp",
            ),
            curve="blackout",
            seeds=40,
            any_phase=True,
        ),
        Demo(
            name="two-writers",
            line=(
                "only the failover daemon dies: two databases accept writes, and one of them will forget them"
            ),
            minutes=6,
            scenario="postgresql-two-writers",
            predict=(
                "db1's failover daemon is killed, nothing else: its kernel answers, its database runs. Who "
                "notices? And what is lost when the daemon is started again ten seconds later?"
            ),
            watch=(
                Moment("5s", "daemon", "db1", "the daemon is gone; the address and the database stay"),
                Moment(
                    "7.722s",
                    "state",
                    "db2",
                    "db2 hears no advert: it takes the address and promotes its database",
                ),
                Moment(
                    "8.722s",
                    "writer",
                    "db2",
                    "db2 takes writes; so does db1, from app2, who heard no announcement",
                ),
                Moment("15s", "writer", "db1", "db1's daemon is back: its database becomes a standby"),
                Moment("15s", "note", "db1", "and forgets the rows that db2 never had"),
            ),
            outcome=(
                "Nobody notices: every write is acknowledged. Two databases took writes for 6.3 s, and 730 "
                "acknowledged rows are gone. An outage would have been cheaper."
            ),
            vary=(
                "vipsim run postgresql-two-writers --set "
                "nodes.db1.services.database.postgresql.synchronous=true"
            ),
            silent={"app1": "1.550 s", "app2": "> 5 s"},
            says=("730 of them lost, two writers for 6.278 s",),
            watched=("app1", "app2"),
            seeds=0,
        ),
    )
}
"""By name, in the order in which they teach; the first one is the document's own story."""
