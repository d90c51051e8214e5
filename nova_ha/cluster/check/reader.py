# SPDX-License-Identifier: Apache-2.0
"""From the XML of a CIB to values."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import itertools
from xml.etree import ElementTree as ET

from nova_ha.cluster.check import duration
from nova_ha.cluster.check.cib import Alert
from nova_ha.cluster.check.cib import Cib
from nova_ha.cluster.check.cib import INFINITY
from nova_ha.cluster.check.cib import Level
from nova_ha.cluster.check.cib import Link
from nova_ha.cluster.check.cib import Node
from nova_ha.cluster.check.cib import Operation
from nova_ha.cluster.check.cib import REMOTE
from nova_ha.cluster.check.cib import Resource
from nova_ha.cluster.check.cib import score


class CibError(Exception):
    """This is no CIB; the text says why."""


def parse(text: str) -> Cib:
    """Read the output of ``cibadmin --query``.

    :raises CibError: it is none.
    """
    try:
        root = ET.fromstring(text)  # noqa: S314  the cluster's own file
    except ET.ParseError as error:
        raise CibError(f'not XML: {error}') from None
    section = root.find('configuration')
    if root.tag != 'cib' or section is None:
        raise CibError(
            f'not a CIB but <{root.tag}>: give what "cibadmin --query" prints'
        )
    return Reader(root, section).cib()


class Reader:
    """Reads one CIB; follows references by ``id-ref`` and templates."""

    def __init__(self, root: ET.Element, section: ET.Element) -> None:
        self._root = root
        self._section = section
        self._by_id = {
            element.get('id', ''): element
            for element in root.iter()
            if element.get('id')
        }
        self._op_defaults = self._pairs(section.find('op_defaults'))
        self._rsc_defaults = self._pairs(section.find('rsc_defaults'))
        self._resources: dict[str, Resource] = {}
        self._clones: dict[str, Mapping[str, str]] = {}

    def cib(self) -> Cib:
        """Return what was read."""
        for element in self._all('resources/*'):
            self._walk(element, (), {})
        feature_set = self._root.get('crm_feature_set', '0')
        return Cib(
            feature_set=tuple(
                int(part) for part in feature_set.split('.') if part.isdigit()
            ),
            properties=self._properties(),
            nodes=self._nodes(),
            resources=self._resources,
            clones=self._clones,
            locations=self._all('constraints/rsc_location'),
            orders=list(self._orders()),
            colocations=list(self._colocations()),
            levels=sorted(self._levels(), key=lambda level: level.index),
            alerts=[self._alert(one) for one in self._all('alerts/alert')],
        )

    def _all(self, path: str) -> Sequence[ET.Element]:
        return [self._real(one) for one in self._section.findall(path)]

    def _real(self, element: ET.Element) -> ET.Element:
        return self._by_id.get(element.get('id-ref', ''), element)

    def _properties(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for one in self._section.findall('crm_config/cluster_property_set'):
            # Of two sets the first one with an option wins.
            found = self._nvpairs(self._real(one)) | found
        return found

    def _nvpairs(self, element: ET.Element) -> dict[str, str]:
        pairs = [self._real(one) for one in element.findall('nvpair')]
        return {one.get('name', ''): one.get('value', '') for one in pairs}

    def _pairs(
        self, parent: ET.Element | None, tag: str = 'meta_attributes'
    ) -> dict[str, str]:
        found: dict[str, str] = {}
        for one in [] if parent is None else parent.findall(tag):
            real = self._real(one)
            # What holds by a rule only, holds at times.
            if real.find('rule') is None:
                found = self._nvpairs(real) | found
        return found

    def _walk(
        self,
        element: ET.Element,
        outer: tuple[str, ...],
        meta: Mapping[str, str],
    ) -> None:
        key = element.get('id', '')
        if element.tag == 'primitive':
            self._resources[key] = self._primitive(element, outer, meta)
        elif element.tag in ('clone', 'master', 'group', 'bundle'):
            own = self._pairs(element)
            if element.tag in ('clone', 'master'):
                self._clones[key] = own
            for child in element:
                self._walk(child, (*outer, key), {**meta, **own})

    def _primitive(
        self,
        element: ET.Element,
        outer: tuple[str, ...],
        meta: Mapping[str, str],
    ) -> Resource:
        template = self._by_id.get(element.get('template', ''))
        sources = [element] if template is None else [template, element]
        about = sources[0]
        parts = [about.get(name) for name in ('class', 'provider', 'type')]
        parameters: dict[str, str] = {}
        own: dict[str, str] = {}
        operations: dict[tuple[str, float], Operation] = {}
        for source in sources:
            parameters |= self._pairs(source, 'instance_attributes')
            own |= self._pairs(source)
            for one in source.findall('operations'):
                for op in self._real(one).findall('op'):
                    found = self._operation(self._real(op))
                    operations[found.name, found.interval] = found
        return Resource(
            id=element.get('id', ''),
            agent=':'.join(part for part in parts if part),
            parameters=parameters,
            meta={**self._rsc_defaults, **meta, **own},
            operations=list(operations.values()),
            outer=outer,
        )

    def _operation(self, op: ET.Element) -> Operation:
        settings = {
            **self._op_defaults,
            **self._pairs(op),
            **self._pairs(op, 'instance_attributes'),
            **op.attrib,
        }
        timeout = settings.get('timeout')
        return Operation(
            name=settings.get('name', ''),
            interval=duration.seconds(settings.get('interval')),
            timeout=None if timeout is None else duration.seconds(timeout),
            on_fail=settings.get('on-fail', ''),
        )

    def _nodes(self) -> Mapping[str, Node]:
        found = {}
        for one in self._all('nodes/node'):
            name = one.get('uname', one.get('id', ''))
            attributes = self._pairs(one, 'instance_attributes')
            remote = one.get('type', 'member') == 'remote'
            found[name] = Node(name, remote, attributes)
        # A remote node has no entry until something is said of it.
        for resource in self._resources.values():
            if resource.agent == REMOTE:
                known = found.get(resource.id)
                attributes = dict(known.attributes) if known else {}
                found[resource.id] = Node(resource.id, True, attributes)
        return found

    def _orders(self) -> Iterator[Link]:
        for one in self._all('constraints/rsc_order'):
            strict = _is_mandatory(one)
            if one.get('first'):
                yield Link(one.get('first', ''), one.get('then', ''), strict)
            else:
                for first, then in itertools.pairwise(_references(one)):
                    yield Link(first, then, strict)

    def _colocations(self) -> Iterator[Link]:
        for one in self._all('constraints/rsc_colocation'):
            strict = score(one.get('score')) >= INFINITY
            if one.get('rsc'):
                yield Link(one.get('with-rsc', ''), one.get('rsc', ''), strict)
            else:
                for first, then in itertools.pairwise(_references(one)):
                    yield Link(first, then, strict)

    def _levels(self) -> Iterator[Level]:
        for one in self._all('fencing-topology/fencing-level'):
            yield Level(
                target=one.get('target', ''),
                index=int(one.get('index', '0')),
                devices=tuple(
                    name.strip() for name in one.get('devices', '').split(',')
                ),
                pattern=one.get('target-pattern', ''),
                attribute=(
                    one.get('target-attribute', ''),
                    one.get('target-value', ''),
                ),
            )

    def _alert(self, element: ET.Element) -> Alert:
        select = element.find('select')
        kinds = {'nodes', 'fencing', 'resources'}
        if select is not None:
            kinds = {child.tag.removeprefix('select_') for child in select}
        return Alert(
            path=element.get('path', ''),
            recipients=tuple(
                one.get('value', '') for one in element.findall('recipient')
            ),
            kinds=frozenset(kinds),
        )


def _is_mandatory(order: ET.Element) -> bool:
    kind = order.get('kind')
    if kind is None:
        return score(order.get('score', 'INFINITY')) > 0
    return kind == 'Mandatory'


def _references(element: ET.Element) -> Sequence[str]:
    return [one.get('id', '') for one in element.iter('resource_ref')]
