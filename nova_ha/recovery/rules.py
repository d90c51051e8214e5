# SPDX-License-Identifier: Apache-2.0
"""Rules about instances: what they ask and what they answer, as values.

:mod:`.rules_matching` says whether a rule is about an instance,
:mod:`.rules_deciding` which rule is heard on which question.
"""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import datetime
import enum
from typing import TypeAlias

from nova_ha.recovery.groups import Group
from nova_ha.recovery.model import Aggregate
from nova_ha.recovery.model import Instance
from nova_ha.recovery.states import DiskPolicy
from nova_ha.recovery.states import StorageClass
from nova_ha.recovery.states import TargetState

Globs: TypeAlias = tuple[str, ...]
"""Any of them has to match, capital letters counting; none: all do."""

Pairs: TypeAlias = Mapping[str, Globs]
"""By key: each key has to be there with one of its values."""


class Question(enum.Enum):
    """What is asked about each instance; answered one by one."""

    EVACUATE = 'evacuate'
    """Whether it is evacuated at all."""

    PRIORITY = 'priority'
    """0 to 1000, the greater the sooner."""

    GROUP = 'group'
    """Its restart group."""

    TARGET_STATE = 'target_state'
    """What it shall be elsewhere."""

    STORAGE = 'storage'
    """Where its disks are, by the operator's word."""

    DISK = 'disk'
    """What is done about local disks."""

    RESET_STATE = 'reset_state'
    """Whether a state that nova does not evacuate is worked around."""


class Source(enum.Enum):
    """An object that may bear keys ``nova_ha:<question>`` of its own."""

    SERVER = 'server'
    """Metadata of the server; its owner sets it."""

    FLAVOR = 'flavor'
    """Extra specs of the flavor."""

    IMAGE = 'image'
    """Properties of the image; whoever made it sets them."""

    AGGREGATE = 'aggregate'
    """Metadata of a host aggregate that the host is in."""


OWNERS_QUESTIONS = frozenset(
    {Question.EVACUATE, Question.TARGET_STATE, Question.DISK}
)
"""What the owner of a server or image may say: it touches nobody else."""


@dataclasses.dataclass(frozen=True, slots=True)
class Disk:
    """An answer about local disks.

    :ivar wait: where the policy is wait: for how long.
    :ivar then: what follows the wait.
    :ivar max_age: of a snapshot; None: any age will do.
    """

    policy: DiskPolicy
    wait: datetime.timedelta | None = None
    then: DiskPolicy | None = None
    max_age: datetime.timedelta | None = None


Answer: TypeAlias = bool | int | str | TargetState | StorageClass | Disk


@dataclasses.dataclass(frozen=True, slots=True)
class Conditions:
    """Which instances a rule is about: all of these have to hold.

    :ivar name: of the instance.
    :ivar project: its project's id.
    :ivar flavor: the flavor's name.
    :ivar tags: it has a tag that matches one of these.
    :ivar image: properties of the image it was made from.
    :ivar host: nova's name of the host.
    :ivar aggregate: name of a host aggregate that the host is in; the same
        one has the ``aggregate_metadata``.
    """

    name: Globs = ()
    project: Globs = ()
    availability_zone: Globs = ()
    flavor: Globs = ()
    tags: Globs = ()
    metadata: Pairs = dataclasses.field(default_factory=dict)
    extra_specs: Pairs = dataclasses.field(default_factory=dict)
    image: Pairs = dataclasses.field(default_factory=dict)
    host: Globs = ()
    aggregate: Globs = ()
    aggregate_metadata: Pairs = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """Answers to some questions, for the instances it is about.

    :ivar reason: why there is this rule, in the operator's words.
    :ivar place: where it stands, for people.
    """

    name: str
    conditions: Conditions
    answers: Mapping[Question, Answer]
    reason: str = ''
    place: str = ''

    def __str__(self) -> str:
        place = f' ({self.place})' if self.place else ''
        reason = f': {self.reason}' if self.reason else ''
        return f"rule '{self.name}'{place}{reason}"


AMPHORA = 'amphora-' + '-'.join('[0-9a-f]' * n for n in (8, 4, 4, 4, 12))
"""How Octavia names its amphorae; it gives them no metadata and no tags."""

BUILT_IN: Sequence[Rule] = (
    Rule(
        'Octavia amphorae',
        Conditions(name=(AMPHORA,)),
        {Question.EVACUATE: False},
        'Octavia replaces an amphora that it misses, and the two would be in '
        "each other's way",
        'built in',
    ),
)
"""Heard after everything an operator or owner has said."""

KEYS_ON = (Source.SERVER, Source.FLAVOR, Source.AGGREGATE)
"""Whose keys count unless the rules file says otherwise. Reading images
costs requests."""


@dataclasses.dataclass(frozen=True, slots=True)
class Rules:
    """Everything that has been said about instances in general.

    :ivar rules: from the top of the file.
    :ivar keys_on: whose own keys count.
    :ivar groups: the restart groups, by name.
    """

    rules: Sequence[Rule] = ()
    keys_on: Sequence[Source] = KEYS_ON
    groups: Mapping[str, Group] = dataclasses.field(default_factory=dict)

    def ask_for_images(self) -> bool:
        """Whether anything depends on the properties of images."""
        return Source.IMAGE in self.keys_on or any(
            rule.conditions.image for rule in self.rules
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Unread:
    """Stands for facts that could not be read.

    :ivar why: what could not be read and why, as a clause.
    """

    why: str


@dataclasses.dataclass(frozen=True, slots=True)
class Facts:
    """What is known about an instance.

    :ivar aggregates: those its host is in.
    :ivar image: the properties of the image it was made from; empty where
        there is none, or where nobody asks for them.
    """

    instance: Instance
    host: str
    aggregates: Sequence[Aggregate] | Unread = ()
    image: Mapping[str, str] | Unread = dataclasses.field(default_factory=dict)
