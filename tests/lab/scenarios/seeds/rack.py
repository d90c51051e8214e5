# SPDX-License-Identifier: Apache-2.0
"""A rack loses its power."""

from collections.abc import Mapping
from collections.abc import Sequence

from tests.lab.pacemaker.remotes import RemoteHost
from tests.lab.parallel import in_parallel
from tests.lab.scenarios import asked
from tests.lab.scenarios import many
from tests.lab.scenarios.play import Play
from tests.lab.scenarios.play import Skip
from tests.lab.scenarios.tuning import tuned

SEED = 26
TITLE = (
    'Eight hosts of ten lose their power at once: all are fenced at once, '
    'and evacuated to the two others through one window'
)
COMPUTES = 10
"""Compute hosts of the lab."""
RACK = 8
EACH = 6
"""Instances of a host: more than are evacuated of it at the same time."""
WINDOW = 4
"""nova-ha's default for ``[evacuation] window``."""
BEARABLE = 80
"""Percent of the hosts that may be away before it is a storm: the rack."""
TOGETHER = 30.0
"""Seconds within which all have to be proven off: none waits for another."""
BACK = 600.0
"""Seconds for eight nova-compute to start on this machine."""
OPTIONS = {'guards': {'storm_percent': BEARABLE}}


def play(play: Play) -> None:
    """Play it."""
    if len(play.hosts) < COMPUTES:
        raise Skip(
            f'needs {COMPUTES} compute hosts, and this lab has '
            f'{len(play.hosts)}; a lab that is down is brought up with so '
            'many when the scenario is asked for by its name'
        )
    with tuned(play, OPTIONS):
        _play(play, play.hosts[:RACK])


def _play(play: Play, rack: Sequence[RemoteHost]) -> None:
    on = {host.name: play.boot(EACH, host) for host in rack}
    play.fail(f'the rack of {", ".join(on)} loses its power')
    in_parallel(host.power_off for host in rack)
    for host in rack:
        play.wait_state(
            *('evacuated', 'returning', 'completed'),
            host=host,
            timeout=many.patience(len(play.instances)),
        )
    _require_fenced_together(play, rack)
    many.require_elsewhere(play, on)
    many.say_when_back(play)
    _require_shared(play, on)
    for host in rack:
        play.bring_back(host)
    for host in rack:
        play.wait_serving(host, timeout=BACK)


def _require_fenced_together(play: Play, rack: Sequence[RemoteHost]) -> None:
    """All at once, and no guard has held any of them."""
    histories = {host.name: many.history(play, host) for host in rack}
    off = [events['off_verified'] for events in histories.values()]
    down = [events['forced_down'] for events in histories.values()]
    play.say(
        f'off was verified of the first after '
        f'{min(off) - play.failed_at:.1f} s, of the eighth after '
        f'{max(off) - play.failed_at:.1f} s; nova called them down after '
        f'{min(down) - play.failed_at:.1f} to '
        f'{max(down) - play.failed_at:.1f} s'
    )
    play.require(
        max(off) - min(off) <= TOGETHER,
        f'all are off within {TOGETHER:.0f} s of one another',
    )
    held = [name for name, each in histories.items() if 'guard_held' in each]
    play.require(
        not held, f'{RACK} of {COMPUTES} hosts may be away; held: {held}'
    )


def _require_shared(play: Play, on: Mapping[str, Sequence[str]]) -> None:
    """None had to wait until another was done; none took the whole window."""
    begun = {name: asked.first(play, uuids)[0] for name, uuids in on.items()}
    ended = {name: play.started(uuids)[-1] for name, uuids in on.items()}
    most = many.under_way(play)
    play.say(
        f'the first instance of each host was asked for after '
        f'{min(begun.values()) - play.failed_at:.1f} to '
        f'{max(begun.values()) - play.failed_at:.1f} s, the last ran after '
        f'{min(ended.values()) - play.failed_at:.1f} to '
        f'{max(ended.values()) - play.failed_at:.1f} s; at most {most} were '
        'under way at the same time'
    )
    play.require(
        max(begun.values()) < min(ended.values()),
        'each host had begun before another one was done',
    )
    # Each takes its share of the window when it comes, one place at least;
    # those before it give theirs back as their evacuations end.
    allowed = sum(max(1, WINDOW // number) for number in range(1, RACK + 1))
    play.require(most <= allowed, f'at most {allowed} places, not {most}')
